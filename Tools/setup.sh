#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what building and checking toa needs on Debian or Ubuntu, except Swift. Quiet when all of it is there.
set -eu
. "$(dirname "$0")/apt.sh"

for package in ca-certificates cpio dpkg-dev file g++ gcc git iproute2 kmod libbpf-dev libc6-dev libelf-dev libkmod-dev liblzma-dev libzstd-dev linux-libc-dev nftables \
  pkg-config rpm tshark xz-utils zlib1g-dev zstd; do want_package "$package"; done
install_missing

if ! command -v swift >/dev/null; then
  echo "error: swift is not on PATH" >&2
  echo "  fix: install Swift 6.2 or newer, see https://www.swift.org/install/linux/" >&2
  exit 1
fi

"$(dirname "$0")/bpf.sh"
