#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compiles toa.ko for one of the test kernels inside its build root, with 'toa build', and prints the path of the result.
#
#   build.sh [--toa FILE] KERNEL
#   build.sh --other KERNEL        somebody else's module named toa; KERNEL may be distro-SUITE, when distro.sh has prepared it
#   build.sh --signed KERNEL       the same, signed with a key that no kernel knows
#   build.sh --neighbours KERNEL   modules that want the same of the kernel as toa.ko; prints their folder
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"

TOA=$REPO/dist/toa WHAT=toa
while [ $# -gt 1 ]; do
  case $1 in
    --toa) TOA=$2; shift 2 ;;
    --other | --signed | --neighbours) WHAT=${1#--}; shift ;;
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

# build_plain SOURCE: a module without questions, in $work/<name of the folder>; again when its source changed.
build_plain() {
  local name
  name=$(basename "$1")
  if [ -n "$(find "$1" -type f -newer "$work/$name/.built" 2>&1)" ]; then
    rm -rf "${work:?}/$name"
    cp -r "$1" "$work/$name"
    # shellcheck disable=SC2046
    SHARE=$work in_root "$ROOT" make -s -C "/lib/modules/$KVER/build" M="/mnt/$name" $(make_words "$kernel") modules >"$log" 2>&1 </dev/null ||
      { tail -n 20 "$log" >&2; die "the module of $1 does not build for $KVER" "see $log"; }
    touch "$work/$name/.built"
  fi
}

case $WHAT in
  other)
    build_plain "$VM_DIR/guest/other-toa"
    echo "$work/other-toa/toa.ko"
    exit 0
    ;;
  signed)
    build_plain "$VM_DIR/guest/other-toa"
    rm -rf "$work/signed"
    mkdir -p "$work/signed"
    openssl req -new -x509 -nodes -newkey rsa:2048 -days 2 -subj '/CN=a stranger' -addext extendedKeyUsage=codeSigning \
      -keyout "$work/signed/key" -out "$work/signed/certificate" >"$log" 2>&1 || die "openssl made no key" "see $log"
    cp "$work/other-toa/toa.ko" "$work/signed/toa.ko"
    SHARE=$work/signed in_root "$ROOT" "/lib/modules/$KVER/build/scripts/sign-file" sha256 /mnt/key /mnt/certificate /mnt/toa.ko \
      >"$log" 2>&1 || die "sign-file of $KVER failed" "see $log"
    echo "$work/signed/toa.ko"
    exit 0
    ;;
  neighbours)
    mkdir -p "$work/neighbours"
    for name in blocker claimer wrapper; do
      build_plain "$REPO/Tests/Module/guest/$name"
      cp "$work/$name/$name.ko" "$work/neighbours/"
    done
    echo "$work/neighbours"
    exit 0
    ;;
esac

options=()
if is_arm64 "$kernel"; then options=(--cross-compile "$ARM64_PREFIX"); fi
rm -rf "$work/toa"
mkdir -p "$work/toa"
cp "$TOA" "$work/toa.bin"
SHARE=$work in_root "$ROOT" /mnt/toa.bin build --kernel "$KVER" "${options[@]}" --out /mnt/toa >"$log" 2>&1 </dev/null ||
  { tail -n 40 "$log" >&2; die "'toa build --kernel $KVER' failed in the build root" "see $log"; }
[ -e "$work/toa/toa.ko" ] || die "'toa build' ended well but left no toa.ko" "see $log"
if grep -iE 'warning:' "$log" >&2; then die "toa.ko builds with warnings for $KVER" "see $log"; fi
echo "$work/toa/toa.ko"
