# SPDX-License-Identifier: Apache-2.0
# Sourced: the static helper programs of the guests, compiled on this machine.

# static_program SOURCE...: prints the path of the program, which is compiled again when a source changed.
static_program() {
  local target source
  target=$CACHE/bin/$(basename "$1" .c)
  mkdir -p "$CACHE/bin"
  for source; do [ ! "$source" -nt "$target" ] || rm -f "$target"; done
  if [ ! -e "$target" ]; then
    gcc -O2 -static -pthread -o "$target.$$" "$@" || die "cannot compile $1" "Tests/VM/setup.sh installs gcc and libc6-dev"
    mv "$target.$$" "$target"
  fi
  echo "$target"
}

# copy_programs FOLDER: all that the cases use. One guest at a time compiles.
copy_programs() {
  local source
  mkdir -p "$CACHE/bin"
  exec 7>"$CACHE/bin/.lock"
  flock 7
  for source in "$VM_DIR"/guest/*.c; do cp "$(static_program "$source")" "$1/"; done
  for source in $("$REPO/Tests/Module/guest/build.sh" --programs); do
    # shellcheck disable=SC2046
    cp "$(cd "$REPO/Tests/Module/guest" && static_program "$source.c" $(./build.sh --shared))" "$1/"
  done
  cp "$(static_program "$REPO/Tests/Bpf/programs/traps.c")" "$1/"
  exec 7>&-
}
