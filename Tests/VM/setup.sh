#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the VM tests need on a Debian or Ubuntu machine. Quiet when all of it is there.
set -eu
. "$(dirname "$0")/../../Tools/apt.sh"

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
want_file /usr/share/OVMF/OVMF_CODE_4M.secboot.fd ovmf
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
want_file /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
want_file /usr/include/stdio.h libc6-dev
want_file /usr/include/linux/random.h linux-libc-dev
# /bin/busybox of the plain package is dynamic and does not run in an initramfs.
if [ -e /bin/busybox ] && ldd /bin/busybox >/dev/null 2>&1; then missing="$missing busybox-static"; fi
install_missing
