#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the disk of the guest 'rpm', a host of rpms, out of that of Debian 12: its kernels, compiler, make and rpmbuild are packed into rpms
# under the names and with the scripts of EL 9 and lie in a repository on the disk; dpkg and apt go; the older kernel is installed by rpm.
# What stands in for what is in Tests/VM/README.md. Prints nothing when it is there already.
#
# Leaves the same files as distro.sh: $CACHE/READY-distro-rpm, known-rpm, upgraded-rpm.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"
. "$VM_DIR/lib/disk.sh"

root=$CACHE/root-distro-rpm log=$CACHE/log/root-distro-rpm.log work=$CACHE/build/distro-rpm

# The Debian that it is made of, then what the disk is made from in a word: when that changes, it is made again.
"$VM_DIR/distro.sh" bookworm
. "$CACHE/READY-distro-bookworm"
debian=$ROOT
recipe=$(cat "$0" "$CACHE/READY-distro-bookworm" "$VM_DIR"/guest/rpm/* | sha256sum | cut -c1-16)

# install_tools: those of rpm, and the newer kernel, into a copy of that Debian. apt is not needed any more afterwards.
install_tools() {
  rm -rf "$root"
  cp -a "$debian" "$root"
  sources_of bookworm >"$root/etc/apt/sources.list"
  fetch_settings >"$root/etc/apt/apt.conf.d/80machine"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  quietly "$log" in_root "$root" apt-get -q update || die "no package lists of bookworm" "see $log"
  INITRD=No install_packages "$root" "$log" rpm dnf createrepo-c "linux-image-$NEXT" "linux-headers-$NEXT"
  rm -f "$root/usr/sbin/policy-rc.d"
  : >"$root/etc/resolv.conf"
}

# note_upgrade: what the update of the kernel with its headers, the old one removed, changes without toa.
note_upgrade() {
  cp -a "$root" "$work/root"
  SHARE=$VM_DIR/guest/rpm quietly "$log" in_root "$work/root" sh /mnt/upgrade.sh "$KVER" "$NEXT" ||
    die "rpm: the kernel does not upgrade to $NEXT" "see $log"
  snapshot_of "$work/root" "$work/upgraded" "$VM_DIR/guest/rpm/not-compared"
  note_difference rpm "$work/upgraded"
}

prepare() {
  local started
  started=$(seconds)
  : >"$log"
  rm -rf "$work"
  mkdir -p "$work"
  say "rpm: packing Debian's kernels and tools into rpms"
  install_tools
  SHARE=$VM_DIR/guest/rpm quietly "$log" in_root "$root" sh /mnt/make-rpms.sh "$KVER" "$NEXT" || die "the rpms cannot be made" "see $log"
  SHARE=$VM_DIR/guest/rpm quietly "$log" in_root "$root" sh /mnt/become-rpm-host.sh "$KVER" || die "rpm does not install the kernel" "see $log"
  snapshot_of "$root" "$CACHE/known-rpm" "$VM_DIR/guest/rpm/not-compared"
  note_upgrade
  rm -rf "$work"
  write_disk rpm "$root" "$KVER" "$NEXT" "initramfs-$KVER.img"
  say "rpm: ready after $(($(seconds) - started)) s ($KVER, then $NEXT)"
}

! is_ready rpm || exit 0
need_root
exec 9>"$CACHE/distro-rpm.lock"
flock 9
# Somebody else may have made it meanwhile.
! is_ready rpm || exit 0
find_mirrors
prepare
