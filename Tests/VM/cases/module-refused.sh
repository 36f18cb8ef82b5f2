# SPDX-License-Identifier: Apache-2.0
# Shows: the module is refused by a kernel that is locked down
. "$CASES/lib"
expect 12 toa load --backend module
not_loaded toa
expect 2 toa doctor --json
cp stdout doctor.json
grep -q SIG stdout || fail "doctor has no finding of the SIG group"
