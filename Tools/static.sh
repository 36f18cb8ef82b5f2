#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds dist/toa: one static file for every host, libkmod inside. Fails when it is not static, too big or does not start.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=20000000

Tools/libkmod-static.sh
Tools/swift-runtime.sh
mkdir -p dist .static
# -static-executable belongs on the command line: in the manifest it does not reach the dependencies' link entries.
# The linker warns of dlopen and getpwuid_r inside the Swift runtime; toa calls neither. What makes the file small: code for size,
# functions in sections of their own, of which the linker drops the unused and keeps the same ones once, and no tables for unwinding
# (swift-runtime.sh, ld-static.sh). It takes all same ones (--icf=all), as Swift's objects do not tell the linker which functions are
# compared by their address: no code of Swift compares any, and those that C code compares differ in what they do.
if ! TOA_STATIC=1 swift build -c release --product toa --scratch-path .build/static -Xswiftc -static-executable \
  -Xswiftc -resource-dir -Xswiftc "$PWD/.static/swift" -Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections \
  -Xcc -ffunction-sections -Xcc -fdata-sections -Xswiftc -use-ld=lld -Xlinker --icf=all -Xlinker -O2 \
  -Xswiftc -Xclang-linker -Xswiftc --ld-path="$PWD/Tools/ld-static.sh" \
  >.static/build.log 2>&1; then
  grep -v 'statically linked applications' .static/build.log >&2
  exit 1
fi
strip -o dist/toa.new .build/static/release/toa
mv dist/toa.new dist/toa

if readelf --program-headers --wide dist/toa | grep -qw INTERP; then
  echo 'error: dist/toa is not static: it names a program interpreter' >&2
  exit 1
fi
size=$(stat -c %s dist/toa)
if [ "$size" -gt "$limit" ]; then
  echo "error: dist/toa has $size bytes, more than $limit" >&2
  exit 1
fi
version=$(dist/toa --version) || { echo 'error: dist/toa does not start' >&2; exit 1; }
echo "dist/toa $version, $((size >> 10)) KB, static"
