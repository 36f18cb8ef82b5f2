# SPDX-License-Identifier: Apache-2.0
# Shows: without any compiler, and no network to get one from
. "$CASES/lib"
without gcc gcc-12 gcc-11
status=0
(
  expect 11 toa build --out built
  says gcc-12 stderr
  expect 11 toa install --backend module -y
  says gcc-12 stderr
) || status=$?
restore
exit "$status"
