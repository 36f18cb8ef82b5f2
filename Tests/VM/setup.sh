#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the VM tests need on a Debian or Ubuntu machine. Quiet when all of it is there.
set -eu

missing=""
want() { # PROGRAM PACKAGE
  PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || missing="$missing $2"
}

want qemu-system-x86_64 qemu-system-x86
want qemu-system-aarch64 qemu-system-arm
want qemu-img qemu-utils
want debootstrap debootstrap
want busybox busybox-static
want cpio cpio
want xz xz-utils
want zstd zstd
want mke2fs e2fsprogs
want depmod kmod
want gcc gcc
want flock util-linux
want openssl openssl
want sfdisk fdisk
want mcopy mtools
want python3 python3
[ -e /usr/share/OVMF/OVMF_CODE_4M.secboot.fd ] || missing="$missing ovmf"
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
[ -e /usr/include/stdio.h ] || missing="$missing libc6-dev"
[ -e /usr/include/linux/random.h ] || missing="$missing linux-libc-dev"
# /bin/busybox of the plain package is dynamic and does not run in an initramfs.
if [ -e /bin/busybox ] && ldd /bin/busybox >/dev/null 2>&1; then missing="$missing busybox-static"; fi

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "error: missing packages:$missing" >&2
  echo "  fix: sudo apt-get install$missing" >&2
  exit 1
fi
echo "installing:$missing" >&2
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
if ! { apt-get -q update && apt-get -q -y --no-install-recommends install $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "error: apt-get could not install:$missing" >&2
  echo "  fix: read the lines above; the VM tests need a Debian or Ubuntu machine with a reachable mirror" >&2
  exit 1
fi
rm -f "$log"
