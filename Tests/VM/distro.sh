#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the disk of the distribution guest: Debian 12 with systemd, gcc, make and the headers of its kernel.
# Prints nothing when it is there already. Leaves $CACHE/READY-distro: KVER, VMLINUZ, INITRD, IMAGE.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"

[ "${1:-}" != --refresh ] || rm -f "$CACHE/READY-distro"
# The guest's own units are part of the disk: when they change, the disk is made again.
recipe=$(cat "$0" "$VM_DIR"/guest/distro/*.service | sha256sum | cut -c1-16)
if [ -e "$CACHE/READY-distro" ] && grep -q "RECIPE=$recipe" "$CACHE/READY-distro"; then exit 0; fi
need_root
mkdir -p "$CACHE/log"
exec 9>"$CACHE/distro.lock"
flock 9
find_mirrors
root=$CACHE/root-distro log=$CACHE/log/root-distro.log
started=$(seconds)
: >"$log"
make_base bookworm
say "distribution guest: installing packages"
copy_base bookworm "$root"
kver=$(newest_kernel "$root" '6\.1\.[0-9.]+-[0-9]+')

# gcc-11 is there for the story in which the compiler is not the one the kernel was built with.
INITRD=No install_packages "$root" "$log" systemd systemd-sysv udev dbus kmod procps iproute2 \
  gcc make gcc-11 initramfs-tools "linux-image-$kver" "linux-headers-$kver"

# An initramfs with the disk driver alone: the distribution's holds hundreds and unpacks slowly under emulation.
sed -i 's/^MODULES=.*/MODULES=list/' "$root/etc/initramfs-tools/initramfs.conf"
printf 'virtio_pci\nvirtio_blk\n' >>"$root/etc/initramfs-tools/modules"
quietly "$log" in_root "$root" update-initramfs -c -k "$kver" || die "no initramfs for the distribution guest" "see $log"

echo 'LABEL=toaroot / ext4 defaults 0 1' >"$root/etc/fstab"
echo toa-guest >"$root/etc/hostname"
printf '127.0.0.1 localhost toa-guest\n' >"$root/etc/hosts"
# With an identity this is not a first boot, in which systemd would set up services anew.
in_root "$root" systemd-machine-id-setup >>"$log" 2>&1
: >"$root/etc/resolv.conf"
cp "$VM_DIR"/guest/distro/*.service "$root/etc/systemd/system/"
in_root "$root" systemctl -q enable toa-story.service

# Whatever would write or wait on its own account stays off, so that two snapshots compare.
in_root "$root" systemctl -q mask getty.target getty-static.service serial-getty@ttyS0.service console-getty.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  systemd-tmpfiles-clean.timer systemd-timesyncd.service

# Back to a plain Debian: what made the packages install quickly here is not part of it.
rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/dpkg/dpkg.cfg.d/80quick" "$root/etc/apt/apt.conf.d/80machine"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
echo 'deb http://deb.invalid/debian bookworm main' >"$root/etc/apt/sources.list"

say "distribution guest: writing the disk"
quietly "$log" env PATH="$PATH:/usr/sbin:/sbin" \
  mke2fs -q -F -t ext4 -L toaroot -O ^has_journal -d "$root" "$CACHE/distro.raw" 3G || die "mke2fs failed" "see $log"
cat >"$CACHE/.ready-distro" <<READY
RECIPE=$recipe
KVER=$kver
VMLINUZ=$root/boot/vmlinuz-$kver
INITRD=$root/boot/initrd.img-$kver
IMAGE=$CACHE/distro.raw
READY
mv "$CACHE/.ready-distro" "$CACHE/READY-distro"
say "distribution guest: ready after $(($(seconds) - started)) s ($kver)"
