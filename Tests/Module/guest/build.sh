#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The static programs for a guest, which all share some files.
#
#   build.sh DIRECTORY    puts them there, unless they are there and no source is newer; CC may be a cross compiler
set -eu
cd "$(dirname "$0")"
out=${1:?usage: build.sh DIRECTORY}
programs="cases early elsewhere faults fire hold neighbours profiles serve sleeping sockets stress tracers trust unloads"
shared="changes count fentry host judge odd options shapes sleepers table wire"
flags="-std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror -pthread"

mkdir -p "$out"
[ -n "$(find . -newer "$out/.built" 2>&1)" ] || exit 0
rm -f "$out/.built"
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
for name in $shared $programs; do
	# shellcheck disable=SC2086
	${CC:-cc} $flags -c -o "$objects/$name.o" "$name.c"
done
for name in $programs; do
	# shellcheck disable=SC2046
	${CC:-cc} -static -pthread -o "$out/$name" "$objects/$name.o" $(printf " $objects/%s.o" $shared)
done
touch "$out/.built"
