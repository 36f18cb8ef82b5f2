#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# check.sh KDIR [NAME=VALUE]...
#
# Builds the module for one kernel with all warnings (W=1) and with sparse
# (C=1); fails at the first word that either says. The kernel's headers are in
# KDIR; the values are for make: CC=gcc-12, ARCH=arm64.
set -eu
LC_ALL=C
export LC_ALL

kdir=${1:?usage: check.sh KDIR [NAME=VALUE]...}
shift
source=$(cd "$(dirname "$0")/../../module-src" && pwd)

fail() {
	echo "check.sh: $1" >&2
	exit 1
}

command -v sparse >/dev/null || fail "sparse is not installed"
[ -e "$kdir/Makefile" ] || fail "no kernel headers in $kdir"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$source" "$work/module"

# KBUILD_CHECKSRC is what C=1 sets. Headers of distributions lack the script
# with which Linux 7 asks whether there is a sparse, and without it
# C=1 is quietly taken back.
make -C "$kdir" M="$work/module" "$@" W=1 C=1 KBUILD_CHECKSRC=1 modules \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; fail "it does not build"; }
[ -e "$work/module/toa.ko" ] || fail "nothing was built"

# The words of compilers and of sparse; modpost says "undefined!".
if grep -E 'warning:|error:|WARNING:|undefined!' "$work/log" >&2; then
	fail "there are warnings"
fi
# The unit toa.c is all that is compiled.
grep -qE "^ *CHECK +([^ ]*/)?toa\.c\$" "$work/log" || fail "sparse did not see toa.c"
for file in "$source"/*.c; do
	name=$(basename "$file")
	[ "$name" = toa.c ] || grep -qxF "#include \"$name\"" "$source/toa.c" ||
		fail "toa.c does not include $name"
done
echo "W=1 and sparse: clean"
