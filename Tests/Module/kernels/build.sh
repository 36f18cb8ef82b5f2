#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# build.sh KDIR DIRECTORY [CC]
#
# Compiles the module for any prepared kernel tree (make modules_prepare, or
# headers) with W=1, and leaves toa.ko and toa_probed.h in DIRECTORY. Fails at
# the first warning about the module's own files, and at a symbol that the
# kernel does not have: before 5.x modpost only warns of those, and where the
# kernel itself has not been built it cannot know, so the tree's sources are
# asked what they export.
set -eu
LC_ALL=C
export LC_ALL

kdir=${1:?usage: build.sh KDIR DIRECTORY [CC]}
out=${2:?usage: build.sh KDIR DIRECTORY [CC]}
compiler=${3:-gcc}
module_src=$(cd "$(dirname "$0")/../../../module-src" && pwd)

fail() {
	echo "build.sh: $kdir: $1" >&2
	exit 1
}

[ -e "$kdir/.config" ] || fail "not prepared: no .config"
mkdir -p "$out"
out=$(cd "$out" && pwd)
rm -rf "$out/module"
cp -r "$module_src" "$out/module"

# Old kernels know nothing of compilers that make position independent code
# unless told otherwise; CROSS_COMPILE, as some trees name a cross compiler.
make -C "$kdir" M="$out/module" CC="$compiler" KCFLAGS=-fno-pie ARCH=x86_64 CROSS_COMPILE= \
	KBUILD_MODPOST_WARN=1 W=1 modules >"$out/log" 2>&1 || {
	grep -E 'error|toa:|\*\*\*' "$out/log" | head -n 20 >&2
	fail "does not build, see $out/log"
}
if grep -E "$out/module/.*(warning|error):" "$out/log" >&2; then
	fail "warnings"
fi
[ -e "$out/module/toa.ko" ] || fail "no toa.ko, see $out/log"
cp "$out/module/toa.ko" "$out/module/toa_probed.h" "$out/"

# With the build's own list, else with what the sources say.
exported() {
	if [ -s "$kdir/Module.symvers" ]; then
		awk '{ print $2 }' "$kdir/Module.symvers"
	else
		# What macros export gets the prefix that they give it.
		grep -rhoE 'EXPORT_[A-Z_]+\([[:space:]]*[A-Za-z0-9_]+' \
			"$kdir/arch/x86" "$kdir/kernel" "$kdir/init" "$kdir/lib" \
			"$kdir/mm" "$kdir/net" "$kdir/fs" "$kdir/drivers/char" |
			sed -E 's/^EXPORT_TRACEPOINT[A-Z_]*\([[:space:]]*/__tracepoint_/
				s/^EXPORT_PER_CPU[A-Z_]*\([[:space:]]*(.*)/per_cpu__\1\n\1/
				s/^EXPORT_[A-Z_]*\([[:space:]]*//
				s/^param_ops_$/param_ops_uint/'
	fi | sort -u
}
exported >"$out/exported"
nm -u "$out/toa.ko" | awk '{ print $2 }' | sort -u >"$out/needed"
missing=$(comm -23 "$out/needed" "$out/exported" | tr '\n' ' ')
rm -f "$out/exported" "$out/needed"

version=$(make -s -C "$kdir" ARCH=x86_64 CROSS_COMPILE= kernelrelease 2>/dev/null | tail -n 1)
echo "$version: $(grep -c ' 1$' "$out/toa_probed.h") of $(grep -c '^#define' "$out/toa_probed.h") probes, $("$compiler" --version | head -n 1)"
sed -n 's/^#define TOA_HAVE_\([A-Z0-9_]*\) 1$/  \1/p' "$out/toa_probed.h"
[ -z "$missing" ] || fail "not exported: $missing"
