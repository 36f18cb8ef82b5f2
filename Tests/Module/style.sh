#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# style.sh CHECKPATCH
#
# Runs checkpatch.pl --strict on every source file of the module; fails when it
# says a word. The program is in the kernel's source (on Debian in the package
# linux-source-*).
set -eu

checkpatch=${1:?usage: style.sh CHECKPATCH}
source=$(cd "$(dirname "$0")/../../module-src" && pwd)
EXCEPTIONS=COMPLEX_MACRO,NEW_TYPEDEFS,DEPRECATED_API,MACRO_ARG_UNUSED,MACRO_ARG_REUSE,MEMORY_BARRIER

# Only compat.h and older.h may do what checkpatch dislikes: lists of parameters
# cannot be put into parentheses, and old names stand for old kernels. probes.c
# is left out: each probe must be one line, so that an error carries the name of
# its question.
said=0
for file in "$source"/*.c "$source"/*.h "$source"/uapi/*.h; do
	ignore=""
	case $file in
	*/compat.h | */older.h) ignore="--ignore $EXCEPTIONS" ;;
	esac
	# shellcheck disable=SC2086
	perl "$checkpatch" --no-tree --strict --terse --no-summary $ignore -f "$file" ||
		said=1
done
[ $said -eq 0 ] || { echo "style.sh: checkpatch has something to say" >&2; exit 1; }
echo "checkpatch: clean"
