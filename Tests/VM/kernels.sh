#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fetches the newest Debian kernels and makes a build root for each, in which a module compiles by chroot.
#
#   kernels.sh [KERNEL]...     all of them without arguments: 5.10 6.1 6.12 sid, -rt for PREEMPT_RT, arm64- for that processor
#
# Leaves $CACHE/READY-<kernel>: shell assignments KERNEL, KVER, VMLINUZ, MODULES, ROOT, GCC.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/mirror.sh"
. "$VM_DIR/lib/root.sh"
. "$VM_DIR/lib/arm64.sh"

suite_of() {
  case $1 in
    5.10) echo bullseye ;;
    6.1 | 6.12 | 6.1-rt | 6.12-rt | arm64-6.1 | arm64-6.12) echo bookworm ;;
    sid) echo sid ;;
    *) die "no such kernel: $1" "choose from: $ALL_KERNELS" ;;
  esac
}

# What stands between linux-image- and the flavour; 6.12 is bookworm's own (gcc-12), not the one for trixie.
pattern_of() {
  local series=${1#arm64-}
  case ${series%-rt} in
    5.10) echo '5\.10\.[0-9.]+-[0-9]+' ;;
    6.1) echo '6\.1\.[0-9.]+-[0-9]+' ;;
    6.12) echo '6\.12\.[0-9.]+[+]deb12[^ ]*' ;;
    sid) echo '[0-9.]+[+]deb[0-9]+' ;;
  esac
}

flavour_of() {
  case $1 in
    *-rt) echo rt-amd64 ;;
    arm64-*) echo cloud-arm64 ;;
    *) echo cloud-amd64 ;;
  esac
}

extra_packages_of() {
  case $1 in
    sid) echo pahole ;;
  esac
}

gcc_of() {
  sed -nE 's/^#define[[:space:]]+LINUX_COMPILER[[:space:]]+"([^ ]+) .*/\1/p;s/^CONFIG_CC_VERSION_TEXT="[^ ]*(gcc-[0-9]+) .*/\1/p' \
    "$1/boot/config-$2" | head -n 1
}

# Two kernels that share a suite share its root, so a suite's kernels are prepared one after the other.
prepare() {
  local suite=$1 kernel kver root=$CACHE/root-$1 log=$CACHE/log/root-$1.log apt gcc started
  shift
  started=$(seconds)
  make_base "$suite"
  if [ ! -d "$root" ]; then copy_base "$suite" "$root.new"; mv "$root.new" "$root"; fi
  for kernel; do
    if is_arm64 "$kernel"; then
      prepare_arm64 "$root" "$log"
      apt=arm64_apt
    else
      apt=in_root
    fi
    kver=$(newest_kernel "$root" "$(pattern_of "$kernel")" "$(flavour_of "$kernel")" "$apt")
    [ -n "$kver" ] || die "$suite has no kernel for $kernel" "remove $CACHE/base-$suite and $root and run again"
    say "$kernel: $kver"
    if is_arm64 "$kernel"; then
      install_arm64_kernel "$root" "$log" "$kver"
      gcc=$(gcc_of "$root" "$kver")
      [ -e "$root/usr/bin/$ARM64_PREFIX$gcc" ] || install_packages "$root" "$log" "$gcc-aarch64-linux-gnu"
    else
      # INITRD=No: nobody boots this root, its initramfs would be 15 seconds of nothing.
      # shellcheck disable=SC2046
      INITRD=No install_packages "$root" "$log" "linux-image-$kver" "linux-headers-$kver" make $(extra_packages_of "$kernel")
      gcc=$(gcc_of "$root" "$kver")
      [ -e "$root/usr/bin/$gcc" ] || install_packages "$root" "$log" "$gcc"
    fi
    [ -e "$root/usr/src/linux-headers-$kver/Makefile" ] && [ -L "$root/lib/modules/$kver/build" ] || die "$kernel: the headers of $kver are not complete in $root"
    cat >"$CACHE/.ready-$kernel" <<READY
KERNEL=$kernel
KVER=$kver
VMLINUZ=$root/boot/vmlinuz-$kver
MODULES=$root/lib/modules/$kver
ROOT=$root
GCC=$gcc
READY
    mv "$CACHE/.ready-$kernel" "$CACHE/READY-$kernel"
    say "$kernel: ready after $(($(seconds) - started)) s ($kver, $gcc)"
  done
}

main() {
  local wanted=${*:-$ALL_KERNELS} missing="" kernel suite of_suite pids="" failed=0
  for kernel in $wanted; do
    suite_of "$kernel" >/dev/null
    [ -e "$CACHE/READY-$kernel" ] || missing="$missing $kernel"
  done
  [ -n "$missing" ] || return 0
  need_root
  mkdir -p "$CACHE/log"
  exec 9>"$CACHE/kernels.lock"
  flock 9
  find_mirrors
  for suite in bookworm sid bullseye; do
    of_suite=""
    for kernel in $missing; do
      [ "$(suite_of "$kernel")" != "$suite" ] || of_suite="$of_suite $kernel"
    done
    [ -n "$of_suite" ] || continue
    # shellcheck disable=SC2086
    prepare "$suite" $of_suite &
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid" || failed=1; done
  return "$failed"
}

main "$@"
