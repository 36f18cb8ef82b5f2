# SPDX-License-Identifier: Apache-2.0
# Shows: without any compiler, and no network to get one from
. "$CASES/lib"
without gcc gcc-12 gcc-11
status=0
(
  expect 11 toa build --out built
  says_error "error: no compiler that matches kernel $(uname -r)
    the kernel was built with gcc 12.2.0; no compiler found
    -> apt-get install gcc-12
    -> toa doctor --only CC"
  expect 11 toa install --backend module -y
  says_error "error: cannot install gcc-12
    apt-get ended with exit status 100.
    E: Package 'gcc-12' has no installation candidate
    -> run it by hand to see all of it: apt-get install --simulate --no-install-recommends gcc-12"
) || status=$?
restore
exit "$status"
