#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds a kernel that watches itself (KASAN, lockdep, kmemleak, failslab) from Debian's own source package, once, and runs the tests of the
# module in it: what applications see, load and unload under traffic, and allocations that fail. Half an hour the first time, minutes later.
#
#   debug-kernel.sh [--build] [--only NAME]
#
# --build leaves the kernel in the cache and boots nothing. NAME is one of the list below.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"

SUITE=bookworm PACKAGE=linux-source-6.12 CONFIG=$VM_DIR/debug-kernel.config
ROOT=$CACHE/root-debug DEBUG=$CACHE/debug LOG=$CACHE/log/debug-kernel.log
SOURCE=/usr/src/$PACKAGE

BUILD_ONLY=no ONLY=""
while [ $# -gt 0 ]; do
  case $1 in
    --build) BUILD_ONLY=yes; shift ;;
    --only) ONLY=$2; shift 2 ;;
    *) die "unknown option $1" "see the top of $0" ;;
  esac
done

# Twice, as a block counts as lost only when it has been seen so before.
LEAKS='for i in 1 2; do echo scan >/sys/kernel/debug/kmemleak; sleep 6; done;'
LEAKS="$LEAKS cat /sys/kernel/debug/kmemleak; ! grep -q unreferenced /sys/kernel/debug/kmemleak"

# name, seconds, commands: each a guest of its own.
guests() {
  local hook
  for hook in ftrace kretprobe; do
    guest "cases-$hook" 1500 "cases /toa.ko hook=$hook"
    guest "stress-$hook" 1500 "stress /toa.ko 10 600 hook=$hook"
    guest "faults-$hook" 1500 "faults /toa.ko hook=$hook"
  done
}

guest() {
  [ -z "$ONLY" ] || [ "$ONLY" = "$1" ] || return 0
  say "$1"
  "$REPO/Tests/Module/kernels/boot.sh" -m 2048 -t "$2" "$DEBUG/bzImage" "$DEBUG/toa.ko" \
    "$1" "$3" leaks "$LEAKS" || failed="$failed $1"
}

# What the configuration asks for and does not get is an error: a debug kernel without KASAN finds nothing.
configure() {
  local line missing=""
  cp "$CONFIG" "$ROOT/usr/src/toa-debug.config"
  in_root "$ROOT" make -s -C "$SOURCE" KCONFIG_ALLCONFIG=/usr/src/toa-debug.config allnoconfig
  while read -r line; do grep -qxF "$line" "$ROOT$SOURCE/.config" || missing="$missing $line"; done < <(grep '^CONFIG_' "$CONFIG")
  [ -z "$missing" ] || die "the kernel's configuration does not take$missing" "change $CONFIG"
}

build_kernel() {
  local version
  find_mirrors
  mkdir -p "$DEBUG" "$CACHE/log"
  make_base "$SUITE"
  [ -d "$ROOT" ] || { copy_base "$SUITE" "$ROOT.new"; mv "$ROOT.new" "$ROOT"; }
  install_packages "$ROOT" "$LOG" gcc libc6-dev make flex bison bc cpio libelf-dev libssl-dev xz-utils kmod python3-minimal "$PACKAGE"
  version=$(in_root "$ROOT" dpkg-query -W -f '${Version}' "$PACKAGE")
  if [ -e "$DEBUG/bzImage" ] && [ "$(cat "$DEBUG/built" 2>/dev/null)" = "$version $(sha256sum <"$CONFIG")" ]; then return; fi
  [ -e "$ROOT$SOURCE/.of-$version" ] || {
    rm -rf "${ROOT:?}$SOURCE"
    tar -C "$ROOT/usr/src" -xf "$ROOT$SOURCE.tar.xz"
    touch "$ROOT$SOURCE/.of-$version"
  }
  configure
  say "debug kernel $version: building, which takes 10 to 30 minutes"
  quietly "$LOG" in_root "$ROOT" nice -n 15 make -s -j"$(nproc)" -C "$SOURCE" bzImage modules || die "the debug kernel does not build" "see $LOG"
  cp "$ROOT$SOURCE/arch/x86/boot/bzImage" "$DEBUG/bzImage"
  echo "$version $(sha256sum <"$CONFIG")" >"$DEBUG/built"
}

build_module() {
  local work=$DEBUG/module
  rm -rf "$work"
  cp -r "$REPO/module-src" "$work"
  : >"$DEBUG/module.log"
  SHARE=$DEBUG quietly "$DEBUG/module.log" in_root "$ROOT" make -s -C "$SOURCE" M=/mnt/module modules ||
    die "toa.ko does not build for the debug kernel" "see $DEBUG/module.log"
  cp "$work/toa.ko" "$DEBUG/toa.ko"
}

need_root
exec 5>"$CACHE/debug-kernel.lock"
flock 5
failed=""
build_kernel
[ "$BUILD_ONLY" = no ] || exit 0
build_module
guests
[ -z "$failed" ] || die "failed in the debug kernel:$failed" "read the lines above"
say "the debug kernel has nothing to complain about"
