#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# check.sh KDIR [CC]
#
# Builds the module for one kernel with all warnings (W=1) and with sparse
# (C=2), then runs checkpatch.pl --strict on every source file; fails at the
# first word that any of them says. The kernel's headers are in KDIR;
# CHECKPATCH names checkpatch.pl, which is in the kernel's source (on Debian
# in the package linux-source-*).
set -eu
LC_ALL=C
export LC_ALL

kdir=${1:?usage: check.sh KDIR [CC]}
compiler=${2:-}
tests=$(cd "$(dirname "$0")" && pwd)
source=$tests/../../module-src
COMPAT_EXCEPTIONS=COMPLEX_MACRO,NEW_TYPEDEFS,DEPRECATED_API,MACRO_ARG_UNUSED,MACRO_ARG_REUSE
checkpatch=${CHECKPATCH:-$kdir/scripts/checkpatch.pl}

fail() {
	echo "check.sh: $1" >&2
	exit 1
}

[ -e "$checkpatch" ] || fail "no checkpatch.pl at $checkpatch: set CHECKPATCH"
command -v sparse >/dev/null || fail "sparse is not installed"
[ -e "$kdir/.config" ] || fail "no kernel headers in $kdir"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The words of compilers and of sparse; modpost says "undefined!".
build() {
	rm -rf "$work/module"
	cp -r "$source" "$work/module"
	make -C "$kdir" M="$work/module" ${compiler:+CC="$compiler"} "$@" \
		modules >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$* does not build"; }
	if grep -E 'warning:|error:|WARNING:|undefined!' "$work/log" >&2; then
		fail "$* has warnings"
	fi
	grep -q "toa.ko" "$work/log" || fail "$* built nothing"
}

build W=1
echo "W=1: clean"

# Warnings inside the kernel's own headers are not ours: only lines about us.
rm -rf "$work/module"
cp -r "$source" "$work/module"
make -C "$kdir" M="$work/module" ${compiler:+CC="$compiler"} C=2 \
	modules >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "C=2 does not build"; }
grep -q '^ *CHECK ' "$work/log" || fail "sparse did not run"
if grep -E "(module/|^)[a-z]+\.[ch]:.*(warning|error):" \
	"$work/log" >&2; then
	fail "sparse has warnings"
fi
echo "sparse: clean"

# Only these two may do what checkpatch dislikes: lists of parameters cannot be
# put into parentheses, and old names stand for old kernels. probes.c is left out: each
# probe must be one line, so that an error carries the name of its question.
said=0
for file in "$source"/*.c "$source"/*.h "$source"/uapi/*.h; do
	ignore=""
	case $file in
	*/compat.h | */older.h) ignore="--ignore $COMPAT_EXCEPTIONS" ;;
	esac
	# shellcheck disable=SC2086
	perl "$checkpatch" --no-tree --strict --terse --no-summary $ignore -f "$file" ||
		said=1
done
[ $said -eq 0 ] || fail "checkpatch has something to say"
echo "checkpatch: clean"
