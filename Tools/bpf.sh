#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles the eBPF programs of bpf-src/ with the Swift toolchain's clang into .bpf/, from where they are carried in the binary.
set -euo pipefail
cd "$(dirname "$0")/.."

toolchain=$(dirname "$(realpath "$(command -v swift)")")
clang=$toolchain/clang
if [ ! -x "$clang" ]; then clang=$(command -v clang) || {
  echo "error: there is no clang beside swift in $toolchain" >&2
  echo '  fix: install the complete Swift toolchain, see https://www.swift.org/install/linux/' >&2
  exit 1
}; fi
multiarch=/usr/include/$(uname -m)-linux-gnu

mkdir -p .bpf
for source in bpf-src/*.bpf.c; do
  object=.bpf/$(basename "$source" .c).o
  # Little-endian for x86-64 and arm64. -g makes the BTF that maps of sockets need; the paths in it must not be this machine's.
  "$clang" -target bpfel -mcpu=v2 -O2 -g -std=gnu11 -Wall -Wextra -Werror -ffile-prefix-map="$PWD=." \
    -I"$multiarch" -c "$source" -o "$object.new"
  # Linux 5.10 takes no .rodata without named variables, which is what initial values of structures become.
  if "$toolchain/llvm-objdump" -h "$object.new" | grep -q ' \.rodata '; then
    echo "error: $source has constants in .rodata: clear the structure and set its fields one by one" >&2
    exit 1
  fi
  "$toolchain/llvm-objcopy" --strip-debug "$object.new" 2>/dev/null || true
  # An unchanged object keeps its time, so that nothing is built anew.
  if cmp -s "$object.new" "$object"; then rm "$object.new"; else mv "$object.new" "$object"; fi
done
