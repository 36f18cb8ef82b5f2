#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes Sources/Assets/files.h, the list of the files that toa carries; with --check, says whether it is current.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

# What a build in place leaves behind is not carried.
carried() {
  find module-src templates -type f -size +0 ! -name '.*' ! -name '*.o' ! -name '*.ko' ! -name '*.mod' ! -name '*.mod.c' \
    ! -name toa_probed.h ! -name modules.order ! -name Module.symvers | sort
}

objects='bpf/simulate.bpf.o bpf/table.bpf.o bpf/toa.bpf.o'

list() {
  echo '// SPDX-License-Identifier: Apache-2.0'
  echo '// Written by Tools/assets.sh; run it after adding, renaming or removing a file of module-src/ or templates/.'
  local files index=0
  files=$(carried)
  for file in $files; do
    printf '\nstatic const uint8_t file%d[] = {\n#embed "../../%s"\n};\n' $index "$file"
    index=$((index + 1))
  done
  # Made by Tools/bpf.sh before the Swift build.
  for object in $objects; do
    printf '\nstatic const uint8_t file%d[] = {\n#embed "../../.%s"\n};\n' $index "$object"
    index=$((index + 1))
  done
  printf '\nstatic const struct carried_file files[] = {\n'
  index=0
  for file in $files $objects; do
    printf '  {"%s", file%d, sizeof file%d},\n' "$file" $index $index
    index=$((index + 1))
  done
  echo '};'
}

case ${1:-} in
'') list >Sources/Assets/files.h ;;
--check)
  list | diff -u Sources/Assets/files.h - || {
    echo 'error: Sources/Assets/files.h is not current: run Tools/assets.sh' >&2
    exit 1
  }
  ;;
*) echo "usage: ${0##*/} [--check]" >&2; exit 64 ;;
esac
