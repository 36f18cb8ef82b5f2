#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds and runs the tests of the module that need no kernel.
set -eu
cd "$(dirname "$0")"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

${CC:-cc} -std=gnu11 -O1 -g -Wall -Wextra -Wno-missing-field-initializers -Werror \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Ishim -o "$build/options_test" \
	options_test.c ../../module-src/options.c ../../module-src/profile.c
"$build/options_test"
./fuzz.sh
