# SPDX-License-Identifier: Apache-2.0
# Shows: with headers whose Module.symvers is gone, for a kernel that checks symbols
. "$CASES/lib"
symvers=$(readlink -f "/lib/modules/$(uname -r)/build")/Module.symvers
mv "$symvers" "$STATE/Module.symvers"
status=0
(
  expect 21 toa build --out built
  says_error "error: the headers of kernel $(uname -r) have no Module.symvers
    it holds the checksums without which this kernel refuses a module (CONFIG_MODVERSIONS)
    -> apt-get install --reinstall linux-headers-$(uname -r)"
  expect 21 toa install --backend module -y
  says_error "error: the headers of kernel $(uname -r) have no Module.symvers
    it holds the checksums without which this kernel refuses a module (CONFIG_MODVERSIONS)
    -> apt-get install --reinstall linux-headers-$(uname -r)"
) || status=$?
mv "$STATE/Module.symvers" "$symvers"
exit "$status"
