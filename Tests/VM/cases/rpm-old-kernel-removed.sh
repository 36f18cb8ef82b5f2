# SPDX-License-Identifier: Apache-2.0
# Shows: the old kernel goes by dnf, and its module with it
. "$CASES/lib"
old=$(find /lib/modules -mindepth 1 -maxdepth 1 ! -name "$(uname -r)" -printf '%f\n')
[ "$(echo "$old" | wc -w)" = 1 ] || fail "there is not one old kernel, but: $old"
evr=$(rpm -qf --qf '%{EVR}.%{ARCH}' "/lib/modules/$old/vmlinuz")
rpm -q "kmod-toa-$old" || fail "the old kernel's module is in no package"
expect 0 dnf -y remove "kernel-$evr" "kernel-core-$evr" "kernel-modules-core-$evr" "kernel-devel-$evr"
[ ! -e "/lib/modules/$old" ] || fail "the old kernel left $(find "/lib/modules/$old" | tr '\n' ' ')"
if rpm -q "kmod-toa-$old"; then fail "the old kernel's module is still installed"; fi
if [ -e "/var/lib/toa/kernels/$old.json" ]; then fail "the hooks still know of $old"; fi
for name in toa-modules-common toa-kernel-hooks; do rpm -q "$name" || fail "$name went as well"; done
is_loaded toa
expect 0 toa status
