# SPDX-License-Identifier: Apache-2.0
# Shows: unsigned modules and those that a stranger signed are refused, and toa says so before it tries
. "$CASES/lib"
grep -q 'module.sig_enforce=1' /proc/cmdline || fail "this case needs module.sig_enforce=1"
for module in /other/toa.ko /other/signed.ko; do
  if insmod "$module" >stdout 2>stderr; then fail "$module was loaded"; fi
  grep -qE 'Key was rejected by service|Required key not available' stderr || fail "$module is refused otherwise: $(cat stderr)"
  not_loaded toa
done
grep -q 'Module signature appended' /other/signed.ko || fail "the stranger signed nothing"
expect 12 toa load --backend module
not_loaded toa
expect 12 toa install --backend module -y
says "takes only signed modules" stderr
says "not started by UEFI firmware" stderr
[ ! -e /var/lib/toa ] || fail "a refused installation left /var/lib/toa"
expect 2 toa doctor --json
grep -q SIG stdout || fail "doctor has no finding of the SIG group"
