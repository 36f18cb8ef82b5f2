#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the disk of a distribution guest: Debian with systemd, gcc, make, the older of two kernels and its headers; the packages
# of the newer kernel lie on it, not installed. Prints nothing for a suite that is there already.
#
#   distro.sh [SUITE]...     bullseye, bookworm, trixie, sid; all of them without arguments
#
# Leaves $CACHE/READY-distro-SUITE: KVER, NEXT, VMLINUZ, INITRD, IMAGE, ROOT, MODULES; $CACHE/known-SUITE, a snapshot of the disk; and
# $CACHE/upgraded-SUITE, which is what the update of the kernel, with the old one purged, changes in a machine that has no toa:
# lines of diff between two snapshots.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"
. "$VM_DIR/lib/disk.sh"
. "$VM_DIR/lib/suites.sh"

# What the disk is made from, in a word: when that changes, it is made again.
recipe=$(cat "$0" "$VM_DIR"/lib/{disk,suites}.sh "$VM_DIR"/guest/distro/{snapshot.sh,not-compared,toa-story.service} | sha256sum | cut -c1-16)

# choose_kernels SUITE ROOT: sets kver and next.
choose_kernels() {
  local suite=$1 root=$2 old
  next=$(kernels_of "$root" "$suite" | tail -n 1)
  old=$(old_kernel_suite "$suite")
  if [ "$old" != "$suite" ]; then
    sources_of "$old" >"$root/etc/apt/sources.list.d/old-kernel.list"
    quietly "$log" in_root "$root" apt-get -q update || die "$suite: no package lists of $old" "see $log"
    kver=$(kernels_of "$root" "$old" | tail -n 1)
  else
    kver=$(kernels_of "$root" "$suite" | head -n 1)
  fi
  [ -n "$kver" ] && [ -n "$next" ] && [ "$kver" != "$next" ] ||
    die "$suite: there are no two kernels: '$kver', '$next'" "remove $CACHE/base-$suite and run again"
}

# add_next_kernel ROOT: its packages and those that they need, where apt keeps what it has fetched.
add_next_kernel() {
  in_root "$1" apt-get clean
  quietly "$log" in_root "$1" apt-get -q -y --no-install-recommends --download-only install "linux-image-$next" "linux-headers-$next" ||
    die "the packages of $next cannot be fetched" "see $log"
  # Not compressed: to unpack them takes the guest half a minute, and this machine two seconds.
  local deb parts=$work/deb
  for deb in "$1"/var/cache/apt/archives/*.deb; do
    rm -rf "$parts"
    mkdir "$parts"
    (
      cd "$parts"
      ar x "$deb"
      [ ! -e data.tar.xz ] || xz -d data.tar.xz
      ar rcD "$deb.new" debian-binary control.tar.* data.tar*
    )
    mv "$deb.new" "$deb"
  done
}

# settle SUITE ROOT: a plain Debian, in which nothing writes on its own account.
settle() {
  local suite=$1 root=$2
  # An initramfs with the disk driver alone: the distribution's holds hundreds and unpacks slowly under emulation.
  sed -i 's/^MODULES=.*/MODULES=list/' "$root/etc/initramfs-tools/initramfs.conf"
  printf 'virtio_pci\nvirtio_blk\next4\n' >>"$root/etc/initramfs-tools/modules"
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
  local service
  for service in $(suite_services "$suite"); do in_root "$root" systemctl -q disable "$service"; done
  # What made the packages install quickly here is not part of it; only dpkg still does not wait for the disk.
  rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/apt/apt.conf.d/80machine" "$root"/etc/apt/sources.list.d/*.list
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/80quick"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
  echo "deb http://deb.invalid/debian $suite main" >"$root/etc/apt/sources.list"
}

# note_upgrade SUITE ROOT: the same update without toa, here, where it takes seconds.
note_upgrade() {
  local copy=$work/root
  cp -a "$2" "$copy"
  quietly "$log" in_root "$copy" sh -euc '
    apt-get -q -y install /var/cache/apt/archives/*.deb
    apt-get -q -y purge $(dpkg-query -W -f "\${Package}\n" "linux-*-${1%-cloud-amd64}*")
  ' upgrade "$kver" || die "$1: the kernel does not upgrade to $next" "see $log"
  snapshot_of "$copy" "$work/upgraded"
  note_difference "$1" "$work/upgraded"
}

prepare() {
  local suite=$1 root=$CACHE/root-distro-$1 started kver next
  log=$CACHE/log/root-distro-$suite.log work=$CACHE/build/distro-$suite
  started=$(seconds)
  : >"$log"
  make_base "$suite"
  say "Debian $suite: installing packages"
  rm -rf "$work"
  mkdir -p "$work"
  copy_base "$suite" "$root"
  choose_kernels "$suite" "$root"
  # shellcheck disable=SC2046
  INITRD=No install_packages "$root" "$log" systemd systemd-sysv udev dbus kmod procps iproute2 \
    gcc make initramfs-tools "linux-image-$kver" "linux-headers-$kver" $(suite_packages "$suite")
  add_next_kernel "$root"
  settle "$suite" "$root"
  quietly "$log" in_root "$root" update-initramfs -c -k "$kver" || die "$suite: no initramfs" "see $log"
  snapshot_of "$root" "$CACHE/known-$suite"
  note_upgrade "$suite" "$root"
  rm -rf "$work"
  write_disk "$suite" "$root" "$kver" "$next" "initrd.img-$kver"
  say "Debian $suite: ready after $(($(seconds) - started)) s ($kver, then $next)"
}

for suite in ${*:-$ALL_SUITES}; do
  kernel_pattern "$suite" >/dev/null
  ! is_ready "$suite" || continue
  need_root
  mkdir -p "$CACHE/log"
  (
    flock 9
    # Somebody else may have made it meanwhile.
    ! is_ready "$suite" || exit 0
    find_mirrors
    prepare "$suite"
  ) 9>"$CACHE/distro-$suite.lock"
done
