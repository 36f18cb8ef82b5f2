#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# build.sh DIRECTORY: puts the static programs for a guest there.
set -eu
cd "$(dirname "$0")"
out=${1:?usage: build.sh DIRECTORY}
for name in cases hold stress; do
	${CC:-cc} -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -Werror \
		-static -pthread -o "$out/$name" $name.c table.c wire.c
done
