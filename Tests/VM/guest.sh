#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Boots one Debian kernel with a busybox initramfs, runs a list of cases in it, and ends 0 only if all passed. A guest of arm64
# has no toa, since Swift's static libraries for it cannot be had: its cases use the module's own C programs.
#
#   guest.sh [options] KERNEL CASE...
#     --toa FILE         the static toa (dist/toa)
#     --module FILE      a toa.ko for this kernel, instead of one that toa builds now
#     --append WORDS     more kernel parameters; with lockdown=... the guest ends by a power-off and is judged by its files
#     --name NAME        folder of the results below $CACHE/run (KERNEL)
#     --timeout SECONDS  (300)
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/qemu.sh"
. "$VM_DIR/lib/programs.sh"
. "$VM_DIR/lib/initramfs.sh"

TOA=$REPO/dist/toa MODULE="" APPEND="" NAME="" LIMIT=300
while [ $# -gt 0 ]; do
  case $1 in
    --toa) TOA=$2 ;;
    --module) MODULE=$2 ;;
    --append) APPEND=$2 ;;
    --name) NAME=$2 ;;
    --timeout) LIMIT=$2 ;;
    --*) die "unknown option $1" "see the top of $0" ;;
    *) break ;;
  esac
  shift 2
done
[ $# -ge 2 ] || die "guest.sh needs a kernel and at least one case" "guest.sh 6.12 load"
kernel=$1
shift
NAME=${NAME:-$kernel}

[ -x "$TOA" ] || die "there is no static toa at $TOA" "make static"
[ -e "$CACHE/READY-$kernel" ] || "$VM_DIR/kernels.sh" "$kernel"
. "$CACHE/READY-$kernel"

run=$CACHE/run/$NAME
rm -rf "$run"
mkdir -p "$run/out"
started=$(seconds)

[ -n "$MODULE" ] || MODULE=$("$VM_DIR/build.sh" --toa "$TOA" "$kernel") || die "toa.ko does not build for $KVER" "read the lines above"

make_tree "$run/tree"
is_arm64 "$kernel" || cp "$TOA" "$run/tree/usr/bin/toa"
add_toa_module "$run/tree" "$MODULE"
mkdir -p "$run/tree/other"
cp "$("$VM_DIR/build.sh" --other "$kernel")" "$run/tree/other/toa.ko"
cp "$("$VM_DIR/build.sh" --signed "$kernel")" "$run/tree/other/signed.ko"
cp "$("$VM_DIR/build.sh" --neighbours "$kernel")"/*.ko "$run/tree/other/"
for name; do
  [ -e "$VM_DIR/cases/$name.sh" ] || die "no case named $name" "see Tests/VM/cases"
  cp "$VM_DIR/cases/$name.sh" "$run/tree/cases/"
  echo "$name" >>"$run/tree/cases/list"
done
pack "$run/tree" "$run/initramfs"
booted=$(seconds)

status=0
if is_arm64 "$kernel"; then
  qemu="qemu-system-aarch64 $QEMU_ARM64" files="-chardev file,id=files,path=$run/files -device pci-serial,chardev=files"
else
  qemu="qemu-system-x86_64 $QEMU_COMMON $QEMU_EXIT" files="-serial file:$run/files"
fi
# shellcheck disable=SC2086
timeout --foreground -k 5 "$LIMIT" $qemu -m 1024 \
  -kernel "$VMLINUZ" -initrd "$run/initramfs" -append "$(parameters_for "$KVER") quiet loglevel=4 $APPEND" \
  -serial "file:$run/console" $files </dev/null 2>"$run/qemu.log" || status=$?
ended=$(seconds)
rm -rf "$run/tree" "$run/initramfs"

if grep -aq '^TOA-VM-FILES-END' "$run/files"; then
  tr -d '\r' <"$run/files" | sed '/^TOA-VM-FILES-END/,$d' | base64 -d | tar xzf - -C "$run/out" || true
fi

if is_locked_down "$APPEND"; then status=$(locked_down_status "$status" "$run/console" "$run/out/ended" $#); fi
why=$(judge "$status" "$run/console" "$run/out/dmesg") && why=$(judge_results "$run/console" "$@") && good=yes || good=no
write_result "$run/result" $# "$good" $((ended - started)) "$run/console"
tr -d '\r' <"$run/console" | grep -aE '^(case |  [a-z0-9-]+: )' | sed "s/^/$NAME: /" || true
if [ "$good" = no ]; then
  say "$NAME: FAILED: $why"
  say "  console: $run/console"
  tail -n 30 "$run/console" | tr -d '\r' | sed 's/^/  | /' >&2
  exit 1
fi
say "$NAME: $# cases passed on $KVER in $((ended - started)) s (guest $((ended - booted)) s)"
