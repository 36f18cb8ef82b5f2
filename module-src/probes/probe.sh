#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# probe.sh PROBES.c HEADER COMPILER FLAGS...
#
# Compiles all probes in one pass and writes for each of them
# "#define TOA_HAVE_<NAME> 0" or "1". A probe has failed when the compiler
# reports an error at its own #line name.
set -u
export LC_ALL=C

probes=$1
header=$2
shift 2

# GCC stops after a number of errors only when told so, clang always does.
case $("$@" --version 2>/dev/null) in
*clang*) limit=-ferror-limit=0 ;;
*) limit=-fmax-errors=0 ;;
esac

# Of all warnings only this one is an answer; not -w, which would silence it too.
log=$("$@" -Wno-error -Werror=implicit-function-declaration "$limit" \
	-fsyntax-only "$probes" 2>&1)

fail() {
	echo "toa: $1" >&2
	exit 1
}

names=$(sed -n 's/^#line 1 "probe:\([A-Z0-9_]*\)"$/\1/p' "$probes")
failed=$(printf '%s\n' "$log" |
	sed -n 's/^probe:\([A-Z0-9_]*\):[0-9:]* *\(fatal \)\{0,1\}error:.*/\1/p' |
	sort -u)
strange=$(printf '%s\n' "$log" | grep -v '^probe:' | grep 'error:')

if [ -n "$strange" ]; then
	printf '%s\n' "$strange" | head -n 20 >&2
	fail "the kernel's headers do not compile: wrong compiler or incomplete headers"
fi

has() {
	! printf '%s\n' "$failed" | grep -qx "$1"
}

# Two probes with a known answer: the compiler ran, and its errors are understood.
has MUST_PASS || fail "the kernel's headers do not compile"
has MUST_FAIL && fail "the compiler did not run: $(printf '%s' "$log" | head -n 3)"

{
	echo '/* SPDX-License-Identifier: GPL-2.0-only */'
	echo '/* Written by probe.sh: what the headers of this kernel offer. */'
	for name in $names; do
		case $name in MUST_*) continue ;; esac
		if has "$name"; then yes=1; else yes=0; fi
		echo "#define TOA_HAVE_$name $yes"
	done
} >"$header.tmp"

has SYN_RECV_SOCK_7 || has SYN_RECV_SOCK_6 || has SYN_RECV_SOCK_4 ||
	fail "this kernel's syn_recv_sock() has a form that this version of toa does not know"
has GETNAME_LENGTH || has GETNAME_POINTER ||
	fail "this kernel's getname() has a form that this version of toa does not know"

mv "$header.tmp" "$header"
