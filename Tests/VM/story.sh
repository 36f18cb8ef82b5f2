#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tells one story in a distribution guest: boots the same disk once per stage, with a real shutdown in between, each time with the
# newest kernel that is installed there, and ends 0 only if every case of every stage passed.
#
#   story.sh [options] STORY       a file Tests/VM/stories/STORY, or the path of a file STORY.story elsewhere: 'suite NAME', then case
#                                  names; 'reboot [kernel parameters]' begins a stage
#     --toa FILE         the static toa (dist/toa)
#     --demo             show it live on this terminal
#     --timeout SECONDS  for one stage (1800)
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
# Programs run on one processor at a time, whether there is one or two; one is emulated a fifth faster.
SMP=${SMP:-1}
. "$VM_DIR/lib/qemu.sh"
. "$VM_DIR/lib/programs.sh"

TOA=$REPO/dist/toa DEMO="" LIMIT=1800
while [ $# -gt 0 ]; do
  case $1 in
    --toa) TOA=$2; shift ;;
    --timeout) LIMIT=$2; shift ;;
    --demo) DEMO=yes ;;
    --*) die "unknown option $1" "see the top of $0" ;;
    *) break ;;
  esac
  shift
done
[ $# = 1 ] || die "story.sh needs one story" "choose from: $(cd "$VM_DIR/stories" && echo *)"
story=$(basename "$1" .story) plot=$VM_DIR/stories/$1
case $1 in */*) plot=$1 ;; esac
[ -e "$plot" ] || die "no story named $story" "choose from: $(cd "$VM_DIR/stories" && echo *)"
[ -x "$TOA" ] || die "there is no static toa at $TOA" "make static"
suite=$(awk '$1 == "suite" { print $2 }' "$plot")
[ -n "$suite" ] || die "the story $story has no suite" "begin $plot with a line 'suite bookworm'"
case $suite in
  rpm) "$VM_DIR/rpm-distro.sh" ;;
  *) "$VM_DIR/distro.sh" "$suite" ;;
esac
. "$CACHE/READY-distro-$suite"

run=$CACHE/run/story-$story${DEMO:+-demo}
rm -rf "$run"
mkdir -p "$run"
started=$(seconds)
qemu-img create -q -f qcow2 -b "$IMAGE" -F raw "$run/disk.qcow2"
stages=$(($(grep -c '^reboot' "$plot" || true) + 1))

# cases_of N: the case names of one stage.
cases_of() { awk -v want="$1" 'BEGIN { stage = 1 } /^#/ || !NF || $1 == "suite" { next } $1 == "reboot" { stage++; next } stage == want { print $1 }' "$plot"; }
# parameters_of N: the extra kernel parameters of one stage.
parameters_of() { awk -v want="$1" 'BEGIN { stage = 1 } $1 == "reboot" { stage++; if (stage == want) { $1 = ""; print } }' "$plot"; }

# write_job STAGE: the second disk, a tar that the guest's unit unpacks.
write_job() {
  local stage=$1 job=$run/job name last=no
  rm -rf "$job"
  mkdir -p "$job/bin" "$job/cases" "$job/other-toa"
  cp "$TOA" "$job/bin/toa"
  copy_programs "$job/bin"
  cp "$VM_DIR/guest/distro/main.sh" "$VM_DIR/guest/distro/snapshot.sh" "$VM_DIR/guest/distro/not-compared" "$VM_DIR/guest/distro/remember-gcc" "$VM_DIR/guest/run-cases.sh" "$job/"
  # The host of rpms has nothing to build another module with, and databases of its own.
  case $suite in
    rpm) cat "$VM_DIR/guest/rpm/not-compared" >>"$job/not-compared" ;;
    *) cp "$("$VM_DIR/build.sh" --other "distro-$suite")" "$job/other-toa/toa.ko" ;;
  esac
  cp -r "$REPO/module-src" "$job/module-src"
  cp "$CACHE/upgraded-$suite" "$job/upgraded"
  cp -p "$CACHE/known-$suite" "$job/known"
  cp "$VM_DIR/lib/case.sh" "$job/cases/lib"
  cp "$VM_DIR/lib/ebpf.sh" "$job/cases/lib-ebpf"
  cp "$VM_DIR/lib/tproxy.sh" "$job/cases/lib-tproxy"
  cases_of "$stage" >"$job/cases/list"
  while read -r name; do
    [ -e "$VM_DIR/cases/$name.sh" ] || die "the story $story has no case named $name" "see Tests/VM/cases"
    cp "$VM_DIR/cases/$name.sh" "$job/cases/"
  done <"$job/cases/list"
  if [ "$stage" = "$stages" ]; then last=yes; fi
  printf 'STAGE=%s\nLAST=%s\nDEMO=%s\nCOLUMNS=%s\n' "$stage" "$last" "$DEMO" "${COLUMNS:-100}" >"$job/job.env"
  tar cf "$run/job.img" -C "$job" .
  rm -rf "$job"
  truncate -s %512 "$run/job.img"
  rm -f "$run/out.img"
  truncate -s 64M "$run/out.img"
}

# boot STAGE: leaves console-STAGE and sets STATUS. In a demo the console is shown while it is written.
viewer=""
trap '[ -z "$viewer" ] || kill "$viewer" 2>/dev/null || true' EXIT
boot() {
  local console=$run/console-$1
  : >"$console"
  if [ -n "$DEMO" ]; then "$VM_DIR/lib/watch.pl" "$console" & viewer=$!; fi
  STATUS=0
  # shellcheck disable=SC2046,SC2086
  timeout --foreground -k 5 "$LIMIT" qemu-system-x86_64 $QEMU_COMMON $QEMU_EXIT -m 1536 \
    -kernel "$VMLINUZ" -initrd "$INITRD" \
    -append "$(parameters_for "$KVER") $KERNEL_QUICK root=LABEL=toaroot rw quiet loglevel=4 systemd.show_status=${DEMO:+yes}${DEMO:-no} $(parameters_of "$1")" \
    -drive "if=none,id=root,file=$run/disk.qcow2,cache=unsafe" -device virtio-blk-pci,drive=root \
    -drive "if=none,id=job,format=raw,readonly=on,file=$run/job.img" -device virtio-blk-pci,drive=job,serial=job \
    -drive "if=none,id=out,format=raw,file=$run/out.img" -device virtio-blk-pci,drive=out,serial=out \
    -serial "file:$console" </dev/null 2>"$run/qemu-$1.log" || STATUS=$?
  if [ -n "$viewer" ]; then sleep 0.3; kill "$viewer" 2>/dev/null || true; wait "$viewer" 2>/dev/null || true; viewer=""; fi
}

# take_newest_kernel STAGE: what the guest says is the newest kernel in its /boot is the one that boots next.
take_newest_kernel() {
  local newest boot=$run/out/stage-$1/boot
  newest=$(cat "$run/out/stage-$1/newest-kernel" 2>/dev/null || echo "$KVER")
  [ "$newest" != "$KVER" ] || return 0
  if [ ! -s "$boot/vmlinuz-$newest" ] || [ ! -s "$boot/initrd.img-$newest" ]; then return 1; fi
  mv "$boot/vmlinuz-$newest" "$boot/initrd.img-$newest" "$run/"
  KVER=$newest VMLINUZ=$run/vmlinuz-$newest INITRD=$run/initrd.img-$newest
}

# judge_stage STAGE: a stage before the last ends by a reset, which QEMU reports as 0; it must have been asked for.
judge_stage() {
  local console=$run/console-$1 status=$STATUS
  if is_locked_down "$(parameters_of "$1")"; then
    status=$(locked_down_status "$status" "$console" "$run/out/stage-$1/ended" "$(cases_of "$1" | wc -l)")
    if [ "$1" -lt "$stages" ] && [ "$status" = $EXIT_PASSED ] && ! grep -aq '^TOA-VM-REBOOT' "$console"; then status=0; fi
  elif [ "$1" -lt "$stages" ] && [ "$status" = 0 ] && grep -aq '^TOA-VM-REBOOT' "$console"; then
    status=$EXIT_PASSED
  fi
  # shellcheck disable=SC2046
  judge "$status" "$console" "$run/out/stage-$1/dmesg" && judge_results "$console" $(cases_of "$1")
}

total=$(grep -vcE '^(#|suite |reboot|$)' "$plot")
for stage in $(seq "$stages"); do
  write_job "$stage"
  since=$(seconds)
  [ -z "$DEMO" ] || [ "$stage" != 1 ] || printf 'booting a bare %s, kernel %s\n' "$suite" "$KVER"
  boot "$stage"
  mkdir -p "$run/out"
  tar xf "$run/out.img" -C "$run/out" 2>/dev/null || true
  why=$(judge_stage "$stage") && good=yes || good=no
  if [ "$good" = yes ] && ! take_newest_kernel "$stage"; then good=no why="its newest kernel did not come out of the guest"; fi
  write_result "$run/result" "$total" no $(($(seconds) - started)) "$run"/console-*
  [ -n "$DEMO" ] || tr -d '\r' <"$run/console-$stage" | grep -aE '^(case |  [a-z0-9-]+: )' | sed "s/^/$story $stage: /" || true
  if [ "$good" = no ]; then
    say "$story: FAILED in stage $stage: $why"
    say "  console: $run/console-$stage"
    [ -n "$DEMO" ] || tail -n 30 "$run/console-$stage" | tr -d '\r' | sed 's/^/  | /' >&2
    exit 1
  fi
  [ -n "$DEMO" ] || say "$story: stage $stage of $stages passed in $(($(seconds) - since)) s"
done
write_result "$run/result" "$total" yes $(($(seconds) - started)) "$run"/console-*
rm -f "$run/disk.qcow2" "$run/job.img" "$run/out.img" "$run"/vmlinuz-* "$run"/initrd.img-*
say "$story: $total cases passed in $stages boots, $(($(seconds) - started)) s"
