# SPDX-License-Identifier: Apache-2.0
# Sourced: the file tree of a kernel guest.

# copy_kernel_module TREE RELATIVE-PATH: out of $MODULES, uncompressed, since old kernels cannot read .xz. Prints where it is.
copy_kernel_module() {
  local from=$MODULES/$2 to
  to=$1/lib/modules/$KVER/${2%.xz}
  mkdir -p "$(dirname "$to")"
  case $from in
    *.xz) xz -dc "$from" >"$to" ;;
    *) cp "$from" "$to" ;;
  esac
  echo "/${to#"$1"/}"
}

# modules_of NAME: the module's own file and those that it needs, as modules.dep has them; nothing if this kernel has no such module.
modules_of() {
  sed -nE "s#^([^:]*/$1\.ko[^:]*):(.*)#\1\2#p" "$MODULES/modules.dep"
}

# make_tree TREE: busybox, the helpers and the kernel's own modules. Needs KVER, MODULES and ROOT.
make_tree() {
  local tree=$1 name path
  rm -rf "$tree"
  mkdir -p "$tree/bin" "$tree/sbin" "$tree/usr/bin" "$tree/usr/sbin" "$tree/lib/modules/$KVER" "$tree/cases" "$tree/etc"
  case $KVER in
    *-arm64) cp "$ROOT/opt/arm64/bin/busybox" "$tree/bin/busybox" ;;
    *) cp /bin/busybox "$tree/bin/busybox" ;;
  esac
  for name in $(/bin/busybox --list); do [ -e "$tree/bin/$name" ] || ln -s busybox "$tree/bin/$name"; done
  copy_programs "$tree/bin"
  : >"$tree/modules.list"
  cp "$MODULES"/modules.builtin* "$MODULES"/modules.order "$tree/lib/modules/$KVER/"
  # These are loaded at once and need no others; more of them by cases that want them.
  for name in tun tls; do
    for path in $(modules_of "$name"); do copy_kernel_module "$tree" "$path" >>"$tree/modules.list"; done
  done
  for name in smc gcm ctr ghash-generic; do
    for path in $(modules_of "$name"); do copy_kernel_module "$tree" "$path" >/dev/null; done
  done
  cp "$VM_DIR/guest/kernel/init" "$tree/init"
  chmod 755 "$tree/init"
  cp "$VM_DIR/lib/case.sh" "$tree/cases/lib"
  cp "$VM_DIR/lib/ebpf.sh" "$tree/cases/lib-ebpf"
  cp "$REPO/docs/backends.md" "$tree/cases/"
  cp "$VM_DIR/guest/run-cases.sh" "$tree/"
  printf 'root:x:0:0::/root:/bin/sh\n' >"$tree/etc/passwd"
  printf 'ID=debian\nNAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux, test guest"\n' >"$tree/etc/os-release"
  mkdir -p "$tree/boot"
  cp "$ROOT/boot/config-$KVER" "$tree/boot/"
}

# add_toa_module TREE FILE
add_toa_module() {
  mkdir -p "$1/lib/modules/$KVER/updates"
  cp "$2" "$1/lib/modules/$KVER/updates/toa.ko"
}

# pack TREE ARCHIVE: not compressed, since unpacking under emulation costs more than copying.
pack() {
  PATH=$PATH:/usr/sbin:/sbin depmod -b "$1" "$KVER"
  (cd "$1" && find . | cpio -o -H newc --quiet) >"$2"
}
