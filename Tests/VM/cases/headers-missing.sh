# SPDX-License-Identifier: Apache-2.0
# Shows: without the headers' package, and no network to get it from
. "$CASES/lib"
without "linux-headers-$(uname -r)"
status=0
(
  expect 21 toa build --out built
  says "linux-headers-$(uname -r)" stderr
  expect 21 toa install --backend module -y
  says "linux-headers-$(uname -r)" stderr
  expect 0 toa doctor --json
  says 'eBPF works here without it' stdout
) || status=$?
restore
exit "$status"
