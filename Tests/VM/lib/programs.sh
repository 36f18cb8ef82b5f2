# SPDX-License-Identifier: Apache-2.0
# Sourced: the static helper programs of the guests, compiled on this machine; for an arm64 kernel in its build root.

# program_folder: where they are kept. KVER tells the processor; without one it is this machine's.
program_folder() {
  case ${KVER:-} in
    *-arm64) echo "$CACHE/bin-arm64" ;;
    *) echo "$CACHE/bin" ;;
  esac
}

# static_program SOURCE...: prints the path of the program, which is compiled again when a source changed.
static_program() {
  local target source
  target=$(program_folder)/$(basename "$1" .c)
  mkdir -p "$(program_folder)"
  for source; do [ ! "$source" -nt "$target" ] || rm -f "$target"; done
  if [ ! -e "$target" ]; then
    compile_static "$target.$$" "$@" || die "cannot compile $1" "Tests/VM/setup.sh installs gcc and libc6-dev"
    mv "$target.$$" "$target"
  fi
  echo "$target"
}

# compile_static TARGET SOURCE...
compile_static() {
  local target=$1 work
  shift
  case ${KVER:-} in
    *-arm64)
      work=$CACHE/build/programs-arm64
      rm -rf "$work"
      mkdir -p "$work"
      cp "$@" "$work/"
      # shellcheck disable=SC2016
      SHARE=$work in_root "$ROOT" sh -c 'cd /mnt && exec "$@" *.c' compile "$ARM64_PREFIX$GCC" -O2 -static -pthread -o program &&
        cp "$work/program" "$target"
      ;;
    *) gcc -O2 -static -pthread -o "$target" "$@" ;;
  esac
}

# module_programs: those of Tests/Module/guest; prints their folder.
module_programs() {
  local folder
  folder=$(program_folder)/module
  mkdir -p "$folder"
  case ${KVER:-} in
    *-arm64)
      mkdir -p "$folder/source" "$folder/programs"
      cp -pru "$REPO"/Tests/Module/guest/. "$folder/source/"
      SHARE=$folder in_root "$ROOT" env CC="$ARM64_PREFIX$GCC" sh /mnt/source/build.sh /mnt/programs >&2 || return 1
      echo "$folder/programs"
      ;;
    *)
      "$REPO/Tests/Module/guest/build.sh" "$folder" >&2 || return 1
      echo "$folder"
      ;;
  esac
}

# copy_programs FOLDER: all that the cases use. One guest at a time compiles.
copy_programs() {
  local source programs
  mkdir -p "$CACHE/bin"
  exec 7>"$CACHE/bin/.lock"
  flock 7
  for source in "$VM_DIR"/guest/*.c "$REPO/Tests/Bpf/programs/traps.c"; do cp "$(static_program "$source")" "$1/"; done
  # Where there is a toa; busybox has a who of its own.
  case ${KVER:-} in *-arm64) ;; *) cp "$(static_program "$REPO/Tests/Bpf/programs/who.c")" "$1/who-server" ;; esac
  programs=$(module_programs) || die "the programs of Tests/Module/guest do not build" "read the lines above"
  cp "$programs"/* "$1/"
  exec 7>&-
}
