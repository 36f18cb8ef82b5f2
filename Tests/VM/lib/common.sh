# SPDX-License-Identifier: Apache-2.0
# Sourced by every script here: where things are, and how to run something in a root.

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
REPO=$(cd "$VM_DIR/../.." && pwd)
CACHE=${TOA_VM_CACHE:-$REPO/.vm}
mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd)

# The slowest first: the one with the long run of load and unload.
ALL_KERNELS="6.12 sid 6.1 5.10 6.1-rt 6.12-rt arm64-6.1 arm64-6.12"

. "$REPO/Tests/lib/say.sh"

need_root() {
  [ "$(id -u)" = 0 ] || die "$(basename "$0") makes chroots and needs root" "run it again with sudo"
}

# make_words KERNEL: what make is told of the processor and its compiler; GCC is that of READY-KERNEL.
make_words() { ! is_arm64 "$1" || echo "ARCH=arm64 CROSS_COMPILE=$ARM64_PREFIX CC=$ARM64_PREFIX$GCC"; }

seconds() { date +%s; }

# What the names of its cross compiler's programs begin with.
ARM64_PREFIX=aarch64-linux-gnu-

is_arm64() { case $1 in arm64-*) return 0 ;; *) return 1 ;; esac }
is_rt() { case $1 in *-rt) return 0 ;; *) return 1 ;; esac }

# in_root ROOT COMMAND...: runs in a chroot with /proc, /sys and /dev/null there. The mounts live in a
# namespace of their own, so nothing stays mounted, whatever happens to the command. SHARE=DIR appears as /mnt.
in_root() {
  local root=$1
  shift
  unshare --mount --propagation private -- sh -eu -c '
    root=$1; shift
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/dev"
    for d in null zero full random urandom tty; do : >"$root/dev/$d"; mount --bind "/dev/$d" "$root/dev/$d"; done
    [ -z "${SHARE:-}" ] || mount --bind "$SHARE" "$root/mnt"
    ln -s /proc/self/fd "$root/dev/fd"
    exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" INITRD="${INITRD:-}" \
      DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
  ' in_root "$root" "$@"
}
