# SPDX-License-Identifier: Apache-2.0
# Shows: toa uninstall takes the key with it, and says what stays in the firmware
. "$CASES/lib"
expect 0 toa uninstall -y
says "which only its owner changes" stderr
says "mokutil --delete" stderr
not_loaded toa
[ ! -e /var/lib/toa ] || fail "still there: $(find /var/lib/toa | tr '\n' ' ')"
