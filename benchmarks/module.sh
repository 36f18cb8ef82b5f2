#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What toa.ko costs, in instructions of the guest, which is what QEMU's clock counts here: the same on every machine, also
# on a busy one. The medians of rounds in one boot; in each round every variant is loaded once, in another order.
#
#   module.sh [options]
#     --kernel KERNEL       5.10, 6.1, 6.12 (the default) or sid
#     --module FILE=LABEL   a toa.ko for this kernel; more than one are compared. Without: the one of this source
#     --hook NAME           only ftrace or only kretprobe, not both
#     --profile TEXT        instead of the usual ones, and more than once; "none": only the default
#     --rounds COUNT        (3)
#     --json FILE           the same figures
#     --name NAME           folder of the results below $CACHE/run (module-cost-KERNEL)
#     --build FOLDER        only build the toa.ko of this source there, and print its path: for --module
#
# A cell is the difference to "none", then the ratio. "!": the client's address did not come out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../Tests/VM/lib/common.sh"
. "$VM_DIR/lib/qemu.sh"
. "$VM_DIR/lib/programs.sh"
. "$VM_DIR/lib/initramfs.sh"

kernel=6.12 modules=() hooks="ftrace kretprobe" profiles=() rounds=3 json="" NAME="" build=""
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || die "$1 needs a value" "see the top of $0"
  case $1 in
    --kernel) kernel=$2 ;;
    --module) modules+=("$2") ;;
    --hook) hooks=$2 ;;
    --profile) profiles+=("$2") ;;
    --rounds) rounds=$2 ;;
    --json) json=$2 ;;
    --name) NAME=$2 ;;
    --build) build=$2 ;;
    *) die "unknown option $1" "see the top of $0" ;;
  esac
  shift 2
done
need_root
[ ${#profiles[@]} -gt 0 ] || profiles=("default,deferred" "default,late" "default,syn" "default,deferred,late,syn")
[ -e "$CACHE/READY-$kernel" ] || "$VM_DIR/kernels.sh" "$kernel"
. "$CACHE/READY-$kernel"
run=$CACHE/run/${NAME:-module-cost-$kernel}

# build_module FOLDER: by make alone, as nothing of Swift is measured here.
build_module() {
  mkdir -p "$1"
  rm -rf "$1/source"
  cp -r "$REPO/module-src" "$1/source"
  SHARE=$(realpath "$1") in_root "$ROOT" \
    make -s -C "/lib/modules/$KVER/build" M=/mnt/source modules >"$1/log" 2>&1 </dev/null ||
    { tail -n 20 "$1/log" >&2; die "toa.ko does not build for $KVER" "see $1/log"; }
  realpath "$1/source/toa.ko"
}

if [ -n "$build" ]; then
  build_module "$build"
  exit 0
fi

rm -rf "$run"
mkdir -p "$run/out"
[ ${#modules[@]} -gt 0 ] || modules=("$(build_module "$run/build")=toa")

make_tree "$run/tree"
bench=$run/tree/bench
mkdir "$bench"
cp "$(static_program "$here/module-cost.c" "$REPO"/Tests/Module/guest/{host,wire}.c)" "$run/tree/bin/"
cp "$here/measure-module.sh" "$run/tree/cases/"
echo measure-module >"$run/tree/cases/list"
echo "$rounds" >"$bench/rounds"

# variant LABEL FILE PARAMETERS: a label is one word.
variant() { printf '%s\n' "${1// /-}" "$2" "$3" >>"$bench/variants"; }

variant none - -
for module in "${modules[@]}"; do
  file=${module%=*} label=${module##*=}
  [ "$file" != "$module" ] && [ -e "$file" ] ||
    die "--module $module is not FILE=LABEL" "$0 --module /tmp/new/toa.ko=new"
  modinfo -F vermagic "$file" | grep -q "^$KVER " || die "$file is not for $KVER" "$0 --kernel $kernel --build FOLDER"
  cp "$file" "$bench/$label.ko"
  for hook in $hooks; do variant "$label,$hook" "$label.ko" "hook=$hook"; done
  # A module without the parameter would ignore it.
  modinfo -F parm "$file" | grep -q '^profile:' || continue
  for profile in "${profiles[@]}"; do
    [ "$profile" = none ] || variant "$label,${hooks%% *}:$profile" "$label.ko" "hook=${hooks%% *} profile=$profile"
  done
done
pack "$run/tree" "$run/initramfs"

# One processor that counts instructions as nanoseconds and skips idle time; no source of randomness but the seed.
status=0
# shellcheck disable=SC2086
timeout --foreground -k 5 900 qemu-system-x86_64 $QEMU_COMMON -smp 1 $QEMU_EXIT -m 1024 -cpu max,-rdrand,-rdseed \
  -icount shift=0,sleep=off -rtc base=2026-01-01T00:00:00,clock=vm -seed 1 \
  -kernel "$VMLINUZ" -initrd "$run/initramfs" -append "$(parameters_for "$KVER") quiet loglevel=4 nokaslr norandmaps" \
  -serial "file:$run/console" -serial "file:$run/files" </dev/null 2>"$run/qemu.log" || status=$?
rm -rf "$run/tree" "$run/initramfs"
if grep -aq '^TOA-VM-FILES-END' "$run/files"; then
  tr -d '\r' <"$run/files" | sed '/^TOA-VM-FILES-END/,$d' | base64 -d | tar xzf - -C "$run/out" || true
fi
if ! { why=$(judge "$status" "$run/console" "$run/out/dmesg") &&
  why=$(judge_results "$run/console" measure-module); }; then
  tail -n 20 "$run/console" | tr -d '\r' >&2
  die "the guest failed: $why" "see $run/console"
fi

echo "Instructions on $KVER: medians of all calls of a round, then of $rounds rounds"
awk -v json="$json" -v kernel="$KVER" -v rounds="$rounds" -f "$here/module-table.awk" "$run/out/cost"
