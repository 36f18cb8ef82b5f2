# SPDX-License-Identifier: Apache-2.0
# Shows: without the headers' package, and no network to get it from
. "$CASES/lib"
without "linux-headers-$(uname -r)"
status=0
(
  expect 21 toa build --out built
  says_error "error: no headers of kernel $(uname -r)
    /lib/modules/$(uname -r)/build is not there
    -> apt-get install linux-headers-$(uname -r)"
  expect 21 toa install --backend module -y
  says_error "error: cannot install linux-headers-$(uname -r)
    apt-get ended with exit status 100.
    E: Unable to locate package linux-headers-$(uname -r)
    E: Couldn't find any package by glob 'linux-headers-$(uname -r)'
    E: Couldn't find any package by regex 'linux-headers-$(uname -r)'
    -> run it by hand to see all of it: apt-get install --simulate --no-install-recommends linux-headers-$(uname -r)"
  expect 0 toa doctor --json
  says 'eBPF works here without it' stdout
) || status=$?
restore
exit "$status"
