# SPDX-License-Identifier: Apache-2.0
# Shows: another module named toa is loaded
. "$CASES/lib"
insmod "${CASES%/cases}/other-toa/toa.ko"
status=0
(
  expect 13 toa install --backend module -y
  says_error "error: another TOA module is loaded: toa
    it hooks the same kernel functions; both together give applications wrong addresses
    -> rmmod toa (and take it out of /etc/modules, modules-load.d and rc.local)
    -> then run the same command again"
  expect 2 toa doctor --json
  says '"MOD' stdout
) || status=$?
rmmod toa
exit "$status"
