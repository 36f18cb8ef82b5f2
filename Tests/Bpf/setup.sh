#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs and fetches what the native eBPF tests need on Debian, and compiles their programs. Quiet when all of
# it is there. The servers under test are Debian's own; nginx, HAProxy and Go are unpacked into the cache, so that no service
# comes to life on this machine.
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$BPF_DIR/lib/fetch.sh"
. "$REPO/Tools/apt.sh"

# compiled NAME COMMAND...: runs COMMAND, which writes $BIN/NAME.new, when a source here is newer than $BIN/NAME.
compiled() {
  local name=$1
  shift
  if [ -e "$BIN/$name" ] &&
    [ -z "$(find "$BPF_DIR/programs" "$BPF_DIR/setup.sh" -newer "$BIN/$name" -print -quit)" ]; then return 0; fi
  "$@" || die "cannot compile $name" "read the lines above"
  mv "$BIN/$name.new" "$BIN/$name"
}

plain_program() { # NAME OPTIONS...
  local name=$1
  shift
  compiled "$name" gcc -O2 -Wall -Wextra -Werror -pthread -o "$BIN/$name.new" "$BPF_DIR/programs/$name.c" "$@"
}

compile() {
  local clang swift
  swift=$(command -v swift) || die "swift is not on PATH" "install Swift 6.2 or newer, see https://www.swift.org/install/linux/"
  clang=$(dirname "$(realpath "$swift")")/clang
  compiled inject.bpf.o "$clang" -O2 -g -target bpf -mcpu=v2 -Wall -Wextra -Werror -I"/usr/include/$(gcc -print-multiarch)" \
    -c "$BPF_DIR/programs/inject.bpf.c" -o "$BIN/inject.bpf.o.new"
  plain_program inject -l:libbpf.a -l:libelf.a -lz
  plain_program objects -l:libbpf.a -l:libelf.a -lz
  # For guests as well.
  plain_program who -static
  plain_program traps -static
  plain_program many
  plain_program killat
}

[ "$(id -u)" = 0 ] || die "the eBPF tests load programs and need root" "run it again with sudo"
mkdir -p "$BIN"
exec 9>"$CACHE/lock"
flock 9
want_file /usr/bin/gcc gcc
want_file /usr/include/stdio.h libc6-dev
want_file /usr/include/bpf/bpf.h libbpf-dev
want_file /usr/include/libelf.h libelf-dev
want_file /usr/include/zlib.h zlib1g-dev
want_file /usr/bin/python3 python3
want_file /usr/bin/unshare util-linux
want_file /usr/bin/setpriv util-linux
want_file /usr/bin/pgrep procps
want_file /usr/bin/dpkg-deb dpkg
want_file /sbin/ip iproute2
want_file /usr/sbin/nft nftables
want_file /usr/sbin/iptables iptables
want_file /usr/sbin/sysctl procps
# What Debian's nginx and HAProxy are linked with.
libraries=$(ldconfig -p)
for library in libpcre2-8.so.0:libpcre2-8-0 libssl.so.3:libssl3 libcrypt.so.1:libcrypt1; do
  case $libraries in *"${library%:*} "*) ;; *) missing="$missing ${library#*:}" ;; esac
done
install_missing
fetch_nginx
fetch_haproxy
fetch_go_server
compile
