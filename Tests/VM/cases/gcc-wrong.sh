# SPDX-License-Identifier: Apache-2.0
# Shows: with gcc-11 for a kernel that gcc-12 built
. "$CASES/lib"
without gcc-12
target=$(readlink /usr/bin/gcc)
ln -sfn gcc-11 /usr/bin/gcc
status=0
(
  expect 11 toa build --out built
  says_error "error: no compiler that matches kernel $(uname -r)
    the kernel was built with gcc 12.2.0; only gcc 11.3.0 (/usr/bin/gcc) found, an older series that may refuse its flags
    -> apt-get install gcc-12
    -> toa doctor --only CC"
  expect 11 toa install --backend module -y
  says_error "error: cannot install gcc-12
    apt-get ended with exit status 100.
    E: Package 'gcc-12' has no installation candidate
    -> run it by hand to see all of it: apt-get install --simulate --no-install-recommends gcc-12"
  expect 0 toa doctor --json
  says 'eBPF works here without it' stdout
) || status=$?
ln -sfn "$target" /usr/bin/gcc
restore
exit "$status"
