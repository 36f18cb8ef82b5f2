#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The static programs for a guest, which all share some files.
#
#   build.sh DIRECTORY    puts them there; CC may be a cross compiler
#   build.sh --programs   their names
#   build.sh --shared     the files that are compiled into each
set -eu
cd "$(dirname "$0")"
programs="cases early elsewhere faults fire hold neighbours profiles sleeping sockets stress tracers trust unloads"
shared="changes.c count.c fentry.c host.c judge.c odd.c options.c shapes.c sleepers.c table.c wire.c"
case ${1:?usage: build.sh DIRECTORY} in
	--programs) echo "$programs"; exit ;;
	--shared) echo "$shared"; exit ;;
esac
for name in $programs; do
	# shellcheck disable=SC2086
	${CC:-cc} -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror \
		-static -pthread -o "$1/$name" $name.c $shared
done
