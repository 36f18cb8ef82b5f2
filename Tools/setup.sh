#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what building and checking toa needs on Debian or Ubuntu, except Swift. Quiet when all of it is there.
set -eu

missing=""
for package in ca-certificates cpio dpkg-dev file g++ gcc git kmod libbpf-dev libc6-dev libelf-dev libkmod-dev liblzma-dev libzstd-dev linux-libc-dev \
  pkg-config rpm xz-utils zlib1g-dev zstd; do
  case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
  installed) ;;
  *) missing="$missing $package" ;;
  esac
done

if [ -n "$missing" ]; then
  run=
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "error: missing packages:$missing" >&2
      echo "  fix: as root, apt-get install$missing" >&2
      exit 1
    fi
    run="sudo"
  fi
  echo "installing:$missing" >&2
  log=$(mktemp)
  # shellcheck disable=SC2086
  if ! { $run apt-get -q update && $run env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends install $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "error: apt-get could not install:$missing" >&2
    exit 1
  fi
  rm -f "$log"
fi

if ! command -v swift >/dev/null; then
  echo "error: swift is not on PATH" >&2
  echo "  fix: install Swift 6.2 or newer, see https://www.swift.org/install/linux/" >&2
  exit 1
fi

"$(dirname "$0")/bpf.sh"
