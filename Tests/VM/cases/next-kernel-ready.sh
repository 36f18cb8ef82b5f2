# SPDX-License-Identifier: Apache-2.0
# Shows: the new kernel has its module before it boots
. "$CASES/lib"
next=$(newest_kernel)
[ "$next" != "$(uname -r)" ] || fail "the new kernel is not there"
expect 0 modinfo -k "$next" -F vermagic toa
grep -q "^$next " stdout || fail "the module of $next is for $(cat stdout)"
# What is loaded is still the old kernel's, and works.
is_loaded toa
show toa status
expect 0 toa status --json
says "\"$next\"" stdout
expect 0 toa doctor --only KRN05 --json
grep -q "$next .*and has a toa\.ko" stdout || fail "doctor does not say that $next has a module"
