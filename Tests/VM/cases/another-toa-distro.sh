# SPDX-License-Identifier: Apache-2.0
# Shows: another module named toa is loaded
. "$CASES/lib"
insmod "${CASES%/cases}/other-toa/toa.ko"
status=0
(expect 13 toa install -y) || status=$?
rmmod toa
[ "$status" = 0 ] || fail "with another toa loaded 'toa install' does not exit 13"
