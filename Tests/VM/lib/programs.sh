# SPDX-License-Identifier: Apache-2.0
# Sourced: the static helper programs of the guests, compiled on this machine.

# static_program SOURCE: prints the path of the program, which is compiled again when its source changed.
static_program() {
  local source=$1 target
  target=$CACHE/bin/$(basename "$source" .c)
  mkdir -p "$CACHE/bin"
  if [ ! -e "$target" ] || [ "$source" -nt "$target" ]; then
    gcc -O2 -static -pthread -o "$target.$$" "$source" || die "cannot compile $source" "Tests/VM/setup.sh installs gcc and libc6-dev"
    mv "$target.$$" "$target"
  fi
  echo "$target"
}
