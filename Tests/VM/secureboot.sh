#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Boots Debian 12 under Secure Boot: OVMF with Microsoft's keys starts Debian's shim, that Debian's signed GRUB, that Debian's signed
# kernel, which then takes only signed modules. The key that 'toa sign --make-key' made here is in the firmware as a machine
# owner's key, and in the guest toa installs with it. Ends 0 only if every case passed.
#
#   secureboot.sh [--toa FILE] [--timeout SECONDS]
#   secureboot.sh --prepare       only fetches and makes the disk
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"
# Programs run on one processor at a time, whether there is one or two; one is emulated a fifth faster.
SMP=${SMP:-1}
. "$VM_DIR/lib/qemu.sh"
. "$VM_DIR/lib/programs.sh"

TOA=$REPO/dist/toa LIMIT=1800 ONLY_PREPARE=""
CASES="secureboot-on secureboot-refused secureboot-fleet secureboot-install secureboot-doctor secureboot-uninstall"
while [ $# -gt 0 ]; do
  case $1 in
    --toa) TOA=$2; shift ;;
    --timeout) LIMIT=$2; shift ;;
    --prepare) ONLY_PREPARE=yes ;;
    *) die "unknown option $1" "see the top of $0" ;;
  esac
  shift
done
need_root
"$VM_DIR/setup.sh"
"$VM_DIR/distro.sh" bookworm
. "$CACHE/READY-distro-bookworm"
FIRMWARE=/usr/share/OVMF
PATH=$PATH:/usr/sbin:/sbin
# The GUID under which shim keeps the machine owner's keys.
SHIM=605dab50-e046-4300-abb6-3dd810dd8b23

mkdir -p "$CACHE/log"
log=$CACHE/log/secureboot.log
started=$(seconds)

# prepare: a disk with the boot loaders, the packages that the guest gets besides, and the tool that writes the firmware's variables.
prepare() {
  local efi=$CACHE/secureboot recipe esp
  recipe=$({ declare -f prepare; cat "$CACHE/READY-distro-bookworm"; } | sha256sum | cut -c1-16)
  if [ -e "$efi/READY" ] && grep -qx "$recipe" "$efi/READY"; then return 0; fi
  say "Secure Boot guest: fetching shim, GRUB and virt-fw-vars"
  : >"$log"
  find_mirrors
  make_base bookworm
  rm -rf "$efi"
  mkdir -p "$efi/boot" "$efi/debs"
  chmod 777 "$efi/boot" "$efi/debs"
  # Not installed: their scripts would look for the EFI partition of this machine.
  SHARE=$efi quietly "$log" in_root "$CACHE/base-bookworm" sh -euc '
    cd /mnt/boot && apt-get -q download shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed
    cd /mnt/debs && apt-get -q download openssl mokutil libefivar1 libkeyutils1
  ' || die "shim and GRUB cannot be fetched" "see $log"
  for deb in "$efi"/boot/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar x -C "$efi"; done
  cat >"$efi/grub.cfg" <<CFG
search --no-floppy --label toaroot --set root
linux /boot/vmlinuz-$KVER root=LABEL=toaroot rw quiet loglevel=4 systemd.show_status=no $(parameters_for "$KVER") $KERNEL_QUICK
initrd /boot/initrd.img-$KVER
boot
CFG

  # A GUID partition table with one EFI partition; the root is the other disk. No loop device.
  truncate -s 34M "$efi/disk.raw"
  printf 'label: gpt\nstart=2048, size=65536, type=U\n' | sfdisk -q "$efi/disk.raw" >>"$log" 2>&1
  esp=$efi/esp
  truncate -s 32M "$esp"
  {
    mformat -i "$esp" -T 65536 -h 16 -s 63 :: &&
      mmd -i "$esp" ::/EFI ::/EFI/BOOT ::/EFI/debian &&
      mcopy -i "$esp" "$efi/usr/lib/shim/shimx64.efi.signed" ::/EFI/BOOT/BOOTX64.EFI &&
      mcopy -i "$esp" "$efi/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" ::/EFI/BOOT/grubx64.efi &&
      mcopy -i "$esp" "$efi/usr/lib/shim/mmx64.efi.signed" ::/EFI/BOOT/mmx64.efi &&
      mcopy -i "$esp" "$efi/grub.cfg" ::/EFI/debian/grub.cfg &&
      dd if="$esp" of="$efi/disk.raw" bs=1M seek=1 conv=notrunc status=none
  } >>"$log" 2>&1 || die "the EFI partition cannot be made" "see $log"

  quietly "$log" python3 -m venv "$CACHE/virt-firmware" && quietly "$log" "$CACHE/virt-firmware/bin/pip" -q install virt-firmware ||
    die "virt-fw-vars of the Python package virt-firmware cannot be had" "see $log"
  echo "$recipe" >"$efi/READY"
}

# make_key NAME FOLDER: as a person would on the machine where a fleet's modules are signed.
make_key() {
  mkdir -p "$2/run" "$2/etc"
  "$TOA" sign --root "$2" --make-key >"$run/make-key-$1.log" 2>&1 || { cat "$run/make-key-$1.log" >&2; die "'toa sign --make-key' failed"; }
}

write_job() {
  local job=$run/job name
  mkdir -p "$job/bin" "$job/cases" "$job/other-toa" "$job/keys" "$job/strangers-keys"
  cp "$TOA" "$job/bin/toa"
  copy_programs "$job/bin"
  cp "$VM_DIR"/guest/distro/* "$VM_DIR/guest/run-cases.sh" "$job/"
  cp "$("$VM_DIR/build.sh" --other distro-bookworm)" "$job/other-toa/toa.ko"
  cp "$VM_DIR/lib/case.sh" "$job/cases/lib"
  cp -r "$CACHE/secureboot/debs" "$job/"
  cp -p "$run"/host/var/lib/toa/keys/* "$job/keys/"
  cp -p "$run"/stranger/var/lib/toa/keys/* "$job/strangers-keys/"
  for name in $CASES; do
    cp "$VM_DIR/cases/$name.sh" "$job/cases/"
    echo "$name" >>"$job/cases/list"
  done
  printf 'STAGE=1\nLAST=yes\nDEMO=\nCOLUMNS=100\n' >"$job/job.env"
  tar cf "$run/job.img" -C "$job" .
  rm -rf "$job"
  truncate -s %512 "$run/job.img"
  truncate -s 64M "$run/out.img"
}

(
  flock 9
  prepare
) 9>"$CACHE/secureboot.lock"
[ -z "$ONLY_PREPARE" ] || exit 0

[ -x "$TOA" ] || die "there is no static toa at $TOA" "make static"
run=$CACHE/run/secureboot
rm -rf "$run"
mkdir -p "$run/out"
make_key own "$run/host"
make_key stranger "$run/stranger"
quietly "$log" "$CACHE/virt-firmware/bin/virt-fw-vars" --input "$FIRMWARE/OVMF_VARS_4M.ms.fd" --output "$run/vars.fd" \
  --add-mok "$SHIM" "$run/host/var/lib/toa/keys/toa.pem" || die "the key cannot be put into the firmware's variables" "see $log"
write_job
qemu-img create -q -f qcow2 -b "$IMAGE" -F raw "$run/disk.qcow2"
booted=$(seconds)

STATUS=0
# shellcheck disable=SC2086
timeout --foreground -k 5 "$LIMIT" qemu-system-x86_64 $QEMU_COMMON $QEMU_EXIT -m 1536 -vga none \
  -machine q35,smm=on -global driver=cfi.pflash01,property=secure,value=on -global ICH9-LPC.disable_s3=1 \
  -drive "if=pflash,unit=0,format=raw,readonly=on,file=$FIRMWARE/OVMF_CODE_4M.secboot.fd" \
  -drive "if=pflash,unit=1,format=raw,file=$run/vars.fd" \
  -drive "if=none,id=boot,format=raw,readonly=on,file=$CACHE/secureboot/disk.raw" -device virtio-blk-pci,drive=boot,bootindex=1 \
  -drive "if=none,id=root,file=$run/disk.qcow2,cache=unsafe" -device virtio-blk-pci,drive=root,bootindex=2 \
  -drive "if=none,id=job,format=raw,readonly=on,file=$run/job.img" -device virtio-blk-pci,drive=job,serial=job \
  -drive "if=none,id=out,format=raw,file=$run/out.img" -device virtio-blk-pci,drive=out,serial=out \
  -serial "file:$run/console" </dev/null 2>"$run/qemu.log" || STATUS=$?
ended=$(seconds)
tar xf "$run/out.img" -C "$run/out" 2>/dev/null || true

# shellcheck disable=SC2086
set -- $CASES
status=$(locked_down_status "$STATUS" "$run/console" "$run/out/stage-1/ended" $#)
why=$(judge "$status" "$run/console" "$run/out/stage-1/dmesg") && why=$(judge_results "$run/console" "$@") && good=yes || good=no
write_result "$run/result" $# "$good" $((ended - started)) "$run/console"
tr -d '\r' <"$run/console" | grep -aE '^(case |  [a-z0-9-]+: )' | sed 's/^/secureboot: /' || true
if [ "$good" = no ]; then
  say "secureboot: FAILED: $why"
  say "  console: $run/console"
  tail -n 30 "$run/console" | tr -d '\r' | sed 's/^/  | /' >&2
  exit 1
fi
rm -rf "$run"/{disk.qcow2,job.img,out.img,vars.fd,host,stranger}
say "secureboot: $# cases passed on $KVER in $((ended - started)) s (guest $((ended - booted)) s)"
