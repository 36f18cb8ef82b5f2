#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The linker of dist/toa: ld.lld, which gets Swift's objects without their tables for unwinding, a twentieth of the file. Swift throws
# without them (see swift-runtime.sh); the objects themselves stay as the compiler left them.
set -euo pipefail

tools=$(dirname "$(realpath "$(command -v swift)")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
words=()
for word; do
  case $word in
  # Where the names of all objects together are longer than 64 KB, clang writes them into a file, each in double quotes.
  @*)
    mapfile -d '' -t written < <(xargs printf '%s\0' <"${word#@}")
    words+=("${written[@]}")
    ;;
  *) words+=("$word") ;;
  esac
done
arguments=()
for word in "${words[@]}"; do
  case $word in
  *.swift.o)
    "$tools/llvm-objcopy" --remove-section=.eh_frame "$word" "$work/${#arguments[@]}.o"
    word=$work/${#arguments[@]}.o
    ;;
  esac
  arguments+=("$word")
done
"$tools/ld.lld" "${arguments[@]}"
