# SPDX-License-Identifier: Apache-2.0
# Shows: an unsigned module is refused
. "$CASES/lib"
grep -q 'module.sig_enforce=1' /proc/cmdline || fail "this case needs module.sig_enforce=1"
expect 12 toa load --backend module
not_loaded toa
expect 2 toa doctor --json
grep -q SIG stdout || fail "doctor has no finding of the SIG group"
