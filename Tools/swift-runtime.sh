#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes .static/swift: the toolchain's static libraries without the tables for unwinding, a tenth of the linked file. Swift throws
# without them. What C and C++ need to leave a thread, glibc, libgcc, libstdc++ and libdispatch, keeps its own.
set -euo pipefail
cd "$(dirname "$0")/.."

toolchain=$(dirname "$(dirname "$(realpath "$(command -v swift)")")")
libraries=$toolchain/lib/swift_static
stamp=.static/swift.stamp
state="$(stat -c '%n %s %Y' "$libraries"/linux/*.a) $(sha256sum <"$0")"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ]; then exit 0; fi

rm -rf .static/swift.new
mkdir -p .static
cp -rs "$libraries" .static/swift.new
for library in libswiftCore libswift_Concurrency libswift_RegexParser libswift_StringProcessing libswiftDispatch \
  libswiftGlibc libswiftSynchronization libFoundationEssentials lib_FoundationCollections; do
  "$toolchain/bin/llvm-objcopy" --strip-debug --remove-section=.eh_frame "$libraries/linux/$library.a" \
    ".static/swift.new/linux/$library.new"
  mv ".static/swift.new/linux/$library.new" ".static/swift.new/linux/$library.a"
done
rm -rf .static/swift
mv .static/swift.new .static/swift
echo "$state" >"$stamp"
