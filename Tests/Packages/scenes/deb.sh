# SPDX-License-Identifier: Apache-2.0
# deb.sh KERNEL: installed, replaced, removed, purged; and refused where depmod does not do its work.
. /mnt/scenes/lib.sh
# The build root leaves documents out, which dpkg would miss.
rm -f /etc/dpkg/dpkg.cfg.d/80quick
kernel=$1
name=toa-modules-$kernel
common=$(ls /mnt/1/toa-modules-common_*.deb)
module=$(ls "/mnt/1/${name}_"*.deb)
case $(find "/lib/modules/$kernel/kernel" -name 'dummy.ko*') in *.xz) file=toa.ko.xz ;; *) file=toa.ko ;; esac

# An older release of the same, whose module was not compressed.
dpkg-deb -R "$module" /tmp/old
sed -i 's/^Version: .*/Version: 0.0.9-1/' /tmp/old/DEBIAN/control
sed -i "s/toa\\\\\\.ko\\\\\\.xz/toa\\\\.ko/; s/toa\\.ko\\.xz/toa.ko/g" /tmp/old/DEBIAN/postinst
[ $file = toa.ko ] || xz -d "/tmp/old/lib/modules/$kernel/updates/toa.ko.xz"
(cd /tmp/old && find lib usr -type f -exec md5sum {} + >DEBIAN/md5sums)
dpkg-deb -b /tmp/old /tmp/old.deb >/dev/null

depmod -a "$kernel"
snapshot >/tmp/before
fails_with "$name depends on toa-modules-common" dpkg --install "$module"
dpkg --purge "$name" >/dev/null
succeeds dpkg --install "$common" /tmp/old.deb
listed "$kernel" updates/toa.ko
succeeds dpkg --install "$module"
listed "$kernel" "updates/$file"
[ "$(ls "/lib/modules/$kernel/updates")" = "$file" ] || fail "left of the older release: $(ls "/lib/modules/$kernel/updates")"
finished "$kernel" "/lib/modules/$kernel/updates/$file"
succeeds dpkg --verify "$name" toa-modules-common
[ ! -s /tmp/said ] || fail "dpkg --verify: $(cat /tmp/said)"
dpkg-query --show --showformat '${Depends}\n' "$name" | same "Depends of $name" /dev/fd/3 3<<DEPENDS
linux-image-$kernel, toa-modules-common, kmod
DEPENDS
grep -q '^options toa trusted=.*203\.0\.113\.0/24' /lib/modprobe.d/toa.conf || fail "the settings lack --trust"
succeeds dpkg --remove "$name"
listed "$kernel" ""
succeeds dpkg --install "$module"
succeeds dpkg --purge "$name" toa-modules-common
snapshot | same "the system after a purge" /tmp/before

# A depmod that does nothing and says nothing is found out.
mv /sbin/depmod /sbin/depmod.away
ln -s /bin/true /sbin/depmod
fails_with "depmod does not list updates/$file" dpkg --install "$common" "$module"
