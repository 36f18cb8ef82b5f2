#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compiles toa.ko for one of the test kernels inside its build root, with 'toa build', and prints the path of the result.
#
#   build.sh [--toa FILE] KERNEL
#   build.sh --other KERNEL        somebody else's module named toa
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"

TOA=$REPO/dist/toa OTHER=no
while [ $# -gt 1 ]; do
  case $1 in
    --toa) TOA=$2; shift 2 ;;
    --other) OTHER=yes; shift ;;
    *) die "unknown option $1" "see the top of $0" ;;
  esac
done
need_root
kernel=$1
[ -e "$CACHE/READY-$kernel" ] || "$VM_DIR/kernels.sh" "$kernel"
. "$CACHE/READY-$kernel"
work=$CACHE/build/$kernel
log=$CACHE/log/build-$kernel.log
mkdir -p "$work" "$CACHE/log"
exec 6>"$work/.lock"
flock 6

if [ "$OTHER" = yes ]; then
  if [ ! -e "$work/other/toa.ko" ] || [ "$VM_DIR/guest/other-toa/other.c" -nt "$work/other/toa.ko" ]; then
    rm -rf "$work/other"
    cp -r "$VM_DIR/guest/other-toa" "$work/other"
    SHARE=$work in_root "$ROOT" make -s -C "/lib/modules/$KVER/build" M=/mnt/other modules >"$log" 2>&1 </dev/null ||
      { tail -n 20 "$log" >&2; die "the module of guest/other-toa does not build for $KVER" "see $log"; }
  fi
  echo "$work/other/toa.ko"
  exit 0
fi

rm -rf "$work/toa"
mkdir -p "$work/toa"
cp "$TOA" "$work/toa.bin"
SHARE=$work in_root "$ROOT" /mnt/toa.bin build --kernel "$KVER" --out /mnt/toa >"$log" 2>&1 </dev/null ||
  { tail -n 40 "$log" >&2; die "'toa build --kernel $KVER' failed in the build root" "see $log"; }
[ -e "$work/toa/toa.ko" ] || die "'toa build' ended well but left no toa.ko" "see $log"
if grep -iE 'warning:' "$log" >&2; then die "toa.ko builds with warnings for $KVER" "see $log"; fi
echo "$work/toa/toa.ko"
