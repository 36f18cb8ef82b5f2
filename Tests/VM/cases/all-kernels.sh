# SPDX-License-Identifier: Apache-2.0
# Shows: every kernel at once: what a hook has built becomes a package's, and what is there stays
. "$CASES/lib"
kernels=$(cd /lib/modules && echo *)
[ "$(echo "$kernels" | wc -w)" = 2 ] || fail "there are not two kernels: $kernels"
expect 0 toa install --kernel all -y
is_loaded toa
for kernel in $kernels; do
  dpkg-query -W "toa-modules-$kernel"
  [ -e "/lib/modules/$kernel/updates/toa.ko" ] || fail "$kernel has no toa.ko"
  modinfo -k "$kernel" -F vermagic toa | grep -q "^$kernel " || fail "the toa.ko of $kernel is for another kernel"
done
[ ! -e "/var/lib/toa/kernels/$(uname -r).json" ] || fail "the hook still answers for the module of $(uname -r)"
expect 0 toa install --kernel all -y
cat stdout stderr | grep -qi 'nothing to change' || fail "the second run does not say that nothing changed"
