# SPDX-License-Identifier: Apache-2.0
# Shows: with gcc-11 for a kernel that gcc-12 built
. "$CASES/lib"
without gcc-12
target=$(readlink /usr/bin/gcc)
ln -sfn gcc-11 /usr/bin/gcc
status=0
(
  expect 11 toa build --out built
  says gcc-12 stderr
  expect 11 toa install --backend module -y
  says gcc-12 stderr
  expect 0 toa doctor --json
  says 'eBPF works here without it' stdout
) || status=$?
ln -sfn "$target" /usr/bin/gcc
restore
exit "$status"
