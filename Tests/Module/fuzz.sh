#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Feeds the parsers of the module with millions of texts and headers, in user space, under the address and
# undefined-behaviour sanitizers and libFuzzer; each answer is compared with that of a second reader.
#
#   fuzz.sh [options] [EXECUTIONS | SECONDSs]     (200000) for each target; 60s: for a minute each
#     --target NAME     only this one: options, profile, settings or trust
#     --seed NUMBER     (1) the same again and again; 0 is another one each time
#     --keep            afterwards, add to fuzz/corpus what reaches new code
#
# A line of fuzz/corpus/NAME is an input in hexadecimal. All of them are run first.
set -eu
cd "$(dirname "$0")"
source=${SOURCE:-../../module-src}
targets="options profile settings trust"
limit=200000 seed=1 keep=no

fail() {
	echo "error: $1" >&2
	echo "  fix: $2" >&2
	exit 1
}

while [ $# -gt 0 ]; do
	case $1 in
	--target) targets=${2:-} && shift ;;
	--seed) seed=${2:-} && shift ;;
	--keep) keep=yes ;;
	-*) fail "unknown option $1" "see the top of $0" ;;
	*) limit=$1 ;;
	esac
	shift
done
case $limit in
*s) amount="-max_total_time=${limit%s}" ;;
*) amount="-runs=$limit" ;;
esac

# Swift's own clang has what is needed; that of a distribution may come without libFuzzer.
clang=${CLANG:-$(dirname "$(readlink -f "$(command -v swift || echo /none)")")/clang}
[ -x "$clang" ] || fail "there is no $clang" "install Swift, or let CLANG name a clang that has libFuzzer"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Most of the time would go into what is not needed here: long stacks of allocations, freed memory that is kept for long.
export ASAN_OPTIONS=malloc_context_size=2:quarantine_size_mb=4:detect_stack_use_after_return=0

build() { # NAME FILE...
	name=$1
	shift
	"$clang" -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fuse-ld=lld \
		-include shim/module.h -Ishim -I$source -o "$work/$name" "$@" ||
		fail "the target $name does not build" "read the lines above"
}

files_of() {
	case $1 in
	options) echo fuzz/options.c fuzz/walk.c $source/options.c ;;
	profile) echo fuzz/profile.c fuzz/walk.c $source/options.c $source/profile.c ;;
	settings) echo fuzz/settings.c shim/kernel.c $source/options.c $source/profile.c $source/settings.c ;;
	trust) echo fuzz/trust.c shim/kernel.c $source/trust.c ;;
	*) fail "there is no target $1" "choose from options, profile, settings and trust" ;;
	esac
}

unpack() { # CORPUS FOLDER
	perl -ne 'chomp; open F, ">", "'"$2"'/$."; print F pack("H*", $_)' "$1"
}

pack() { # FOLDER CORPUS: the short ones first
	perl -e 'print map { "$_\n" } sort { length $a <=> length $b || $a cmp $b }
		map { local ($/, @ARGV) = (undef, $_); unpack "H*", <> } @ARGV' "$1"/* >"$2"
}

for target in $targets; do
	# shellcheck disable=SC2046
	build "$target" $(files_of "$target")
	mkdir "$work/corpus" "$work/found"
	[ ! -e "fuzz/corpus/$target" ] || unpack "fuzz/corpus/$target" "$work/corpus"
	words=""
	[ ! -e "fuzz/$target.dict" ] || words="-dict=fuzz/$target.dict"
	# shellcheck disable=SC2086
	if ! "$work/$target" $amount $words -seed="$seed" -max_len=300 -timeout=10 \
		-artifact_prefix="$work/bad-" "$work/found" "$work/corpus" >"$work/log" 2>&1; then
		grep -vE '^#[0-9]|^INFO|^Dictionary' "$work/log" | head -n 60 >&2
		for bad in "$work"/bad-*; do
			[ ! -e "$bad" ] || echo "input: $(perl -e 'local $/; print unpack "H*", <>' "$bad")" >&2
		done
		fail "fuzzing $target has found something" "add the input as a line to Tests/Module/fuzz/corpus/$target and run $0 --target $target 1"
	fi
	sed -nE "s/^#([0-9]+)[[:space:]]+DONE +cov: ([0-9]+).*/fuzz $target: \\1 executions, \\2 edges/p" "$work/log"
	if [ $keep = yes ]; then
		"$work/$target" -set_cover_merge=1 -max_len=300 "$work/corpus" "$work/found" >/dev/null 2>&1
		pack "$work/corpus" "fuzz/corpus/$target"
	fi
	rm -r "$work/corpus" "$work/found"
done
