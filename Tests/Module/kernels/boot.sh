#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots any x86-64 kernel in QEMU with a module that was built for it, and runs programs of ../guest in it.
#
#   boot.sh [-t SECONDS] [-m MIB] [-a WORDS] IMAGE MODULE [NAME COMMAND]...
#
# IMAGE is a bzImage, MODULE its toa.ko (build.sh). Without commands: 'cases', with ftrace where the kernel can, and with kretprobes. A command
# finds the module as /toa.ko and the programs in the path. The kernel needs, built in: the serial console, an initramfs, TUN, IPv6, netfilter.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../VM/lib/common.sh"
. "$here/../../VM/lib/qemu.sh"
. "$here/../../VM/lib/programs.sh"

limit=900 memory=1024 words=""
while getopts t:m:a: option; do
	case $option in
	t) limit=$OPTARG ;;
	m) memory=$OPTARG ;;
	a) words=$OPTARG ;;
	*) die "unknown option" "see the top of $0" ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || die "boot.sh needs a kernel image and a module" "see the top of $0"
image=$1 module=$2
shift 2
[ -s "$image" ] || die "there is no kernel image $image"
[ -s "$module" ] || die "there is no module $module" "build.sh makes one"
[ $# -gt 0 ] || set -- cases "cases /toa.ko" cases-kretprobe "cases /toa.ko hook=kretprobe"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree/bin"
cp /bin/busybox "$work/tree/bin/"
for name in $(/bin/busybox --list); do [ -e "$work/tree/bin/$name" ] || ln -s busybox "$work/tree/bin/$name"; done
cp "$(static_program "$VM_DIR/guest/debug-exit.c")" "$(static_program "$VM_DIR/guest/seed-entropy.c")" "$work/tree/bin/"
sh "$here/../guest/build.sh" "$work/tree/bin"
cp "$here/init" "$work/tree/init"
chmod 755 "$work/tree/init"
cp "$module" "$work/tree/toa.ko"
names=()
while [ $# -gt 0 ]; do
	echo "$1 $2" >>"$work/tree/commands"
	names+=("$1")
	shift 2
done
# Compressed: old kernels take others only from a file system.
(cd "$work/tree" && find . | cpio -o -H newc --quiet) | gzip -1 >"$work/initramfs"

# The parameters for every kernel before 7: old ones pass over those that they do not know.
status=0
# shellcheck disable=SC2086
timeout --foreground -k 5 "$limit" qemu-system-x86_64 $QEMU_COMMON $QEMU_EXIT -m "$memory" \
	-kernel "$image" -initrd "$work/initramfs" -append "$(parameters_for 3.) quiet loglevel=4 $words" \
	-serial "file:$work/console" </dev/null 2>"$work/qemu.log" || status=$?
tr -d '\r' <"$work/console" | sed -n '/^TOA-VM-BEGIN/,$p' | grep -aE '^(TOA-VM|case |  )' || true
if ! { why=$(judge "$status" "$work/console" /dev/null) && why=$(judge_results "$work/console" "${names[@]}") &&
	why="the kernel complained" && ! grep -aq '^  the kernel: ' "$work/console"; }; then
	say "FAILED: $why"
	tail -n "${LINES_SHOWN:-60}" "$work/console" | tr -d '\r' | sed 's/^/  | /' >&2
	exit 1
fi
say "passed"
