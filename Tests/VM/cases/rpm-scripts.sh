# SPDX-License-Identifier: Apache-2.0
# Shows: rpm -e, rpm -i and rpm -U by hand: depmod ran, and the kernel is asked for
. "$CASES/lib"
kernel=$(uname -r)
name=kmod-toa-$kernel
package=$(find /var/lib/toa -name "$name-*.rpm" | head -n 1)
[ -s "$package" ] || fail "toa keeps no $name"
# The module in memory stays.
expect 0 rpm -e "$name"
[ -z "$(cat stdout stderr)" ] || fail "rpm -e: $(cat stdout stderr)"
if grep -q '/toa\.ko' "/lib/modules/$kernel/modules.dep"; then fail "after rpm -e modules.dep still has toa.ko"; fi
[ ! -e "/lib/modules/$kernel/extra" ] || fail "rpm -e leaves /lib/modules/$kernel/extra"
is_loaded toa
expect 0 rpm -i "$package"
[ -z "$(cat stdout stderr)" ] || fail "rpm -i: $(cat stdout stderr)"
grep -q '^extra/toa/toa\.ko:' "/lib/modules/$kernel/modules.dep" || fail "after rpm -i modules.dep lacks toa.ko"
expect 0 rpm -U --replacepkgs "$package"
[ -z "$(cat stdout stderr)" ] || fail "rpm -U: $(cat stdout stderr)"
grep -q '^extra/toa/toa\.ko:' "/lib/modules/$kernel/modules.dep" || fail "after rpm -U modules.dep lacks toa.ko"
expect 0 rpm -V "$name"
# The kernel does not go without its module's package, nor the settings.
expect 1 rpm -e --test "kernel-core-$(rpm -qf --qf '%{EVR}' "/lib/modules/$kernel/vmlinuz")"
says "is needed by (installed) $name" stderr
expect 1 rpm -e --test toa-modules-common
says "is needed by (installed) $name" stderr
expect 0 toa status
# rpm 6 refuses what nobody has signed, as this one does when it is told to; toa's own packages go in all the same.
trap 'rm -f /etc/rpm/macros.verify' EXIT
echo '%_pkgverify_level all' >/etc/rpm/macros.verify
if rpm -U --replacepkgs "$package" 2>stderr; then fail "rpm takes a package that nobody has signed"; fi
says "no signature" stderr
expect 0 toa install -y --trust any
rpm -q --qf '%{DESCRIPTION}' toa-modules-common | grep -qx 'Toa-Trusted: any' || fail "the settings' package was not replaced"
