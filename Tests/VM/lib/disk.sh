# SPDX-License-Identifier: Apache-2.0
# Sourced by what makes disks of distribution guests: the end that all have. $log is where quiet commands write.

# snapshot_of ROOT FILE [MORE-NOT-COMPARED]: needs $work.
snapshot_of() {
  mkdir -p "$work/share"
  cp "$VM_DIR/guest/distro/snapshot.sh" "$work/share/"
  cat "$VM_DIR/guest/distro/not-compared" ${3:+"$3"} >"$work/share/not-compared"
  SHARE=$work/share in_root "$1" sh /mnt/snapshot.sh /mnt/snapshot
  grep -v ' /mnt' "$work/share/snapshot" >"$2"
}

# note_difference SUITE SNAPSHOT: what lies between the disk and SNAPSHOT, as lines of diff.
note_difference() {
  { diff "$CACHE/known-$1" "$2" || true; } | grep '^[<>]' | LC_ALL=C sort >"$CACHE/upgraded-$1"
}

# write_disk SUITE ROOT KVER NEXT INITRD: the image, then the file that says that all is there; needs $recipe.
write_disk() {
  local suite=$1 root=$2 kver=$3 next=$4 initrd=$5 image=$CACHE/distro-$1.raw
  quietly "$log" env PATH="$PATH:/usr/sbin:/sbin" \
    mke2fs -q -F -t ext4 -L toaroot -O ^has_journal -d "$root" "$image" 4G || die "mke2fs failed" "see $log"
  cat >"$CACHE/.ready-distro-$suite" <<READY
RECIPE=$recipe
KVER=$kver
NEXT=$next
VMLINUZ=$root/boot/vmlinuz-$kver
INITRD=$root/boot/$initrd
MODULES=$root/lib/modules/$kver
IMAGE=$image
ROOT=$root
READY
  mv "$CACHE/.ready-distro-$suite" "$CACHE/READY-distro-$suite"
}

# is_ready SUITE: whether its disk was made from this $recipe.
is_ready() { grep -qsx "RECIPE=$recipe" "$CACHE/READY-distro-$1"; }
