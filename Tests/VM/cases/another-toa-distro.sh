# SPDX-License-Identifier: Apache-2.0
# Shows: another module named toa is loaded
. "$CASES/lib"
insmod "${CASES%/cases}/other-toa/toa.ko"
status=0
(
  expect 13 toa install --backend module -y
  expect 2 toa doctor --json
  says '"MOD' stdout
) || status=$?
rmmod toa
exit "$status"
