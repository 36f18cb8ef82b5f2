# SPDX-License-Identifier: Apache-2.0
# Shows: with headers whose Module.symvers is gone, for a kernel that checks symbols
. "$CASES/lib"
symvers=$(readlink -f "/lib/modules/$(uname -r)/build")/Module.symvers
mv "$symvers" "$STATE/Module.symvers"
status=0
(
  expect 21 toa build --out built
  expect 21 toa install --backend module -y
  says 'have no Module.symvers' stderr
  says "apt-get install --reinstall linux-headers-$(uname -r)" stderr
) || status=$?
mv "$STATE/Module.symvers" "$symvers"
exit "$status"
