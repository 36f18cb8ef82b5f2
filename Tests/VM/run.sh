#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that needs a virtual machine or other kernels' headers: the check of the harness, the kernels and their variants, the
# stories of the distribution guests, and what compilers and checkers say of the module for each kernel. Two run at a time.
# Nothing is skipped: a guest that did not report counts as failed.
#
#   run.sh                     all of it
#   run.sh --kernel 6.12       one kernel
#   run.sh --toa FILE ...      another static toa than dist/toa
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
. "$VM_DIR/lib/suites.sh"

ALL_STORIES="kill proxy debian-13 debian-12 rpm debian-sid debian-11 ebpf faults"
TOA=$REPO/dist/toa KERNELS=$ALL_KERNELS STORIES=$ALL_STORIES HARNESS=yes
while [ $# -gt 0 ]; do
  case $1 in
    --toa) TOA=$2 ;;
    --kernel) KERNELS=$2 STORIES="" HARNESS="" ;;
    *) die "unknown option $1" "see the top of $0" ;;
  esac
  shift 2
done
need_root
TOA=$(realpath -m "$TOA")
[ -x "$TOA" ] || die "there is no static toa at $TOA" "make static"
"$VM_DIR/setup.sh"
for story in $(cd "$VM_DIR/stories" && echo *); do
  case " $ALL_STORIES " in *" $story "*) ;; *) die "the story $story is not run by $0" "add it to ALL_STORIES" ;; esac
done
started=$(seconds)
rm -rf "$CACHE/run"
mkdir -p "$CACHE/run" "$CACHE/log"

# Downloads first: both may fail, and then both say so.
pids=""
# shellcheck disable=SC2086
"$VM_DIR/kernels.sh" $KERNELS & pids=$!
if [ -n "$STORIES" ]; then echo "$ALL_SUITES" | tr ' ' '\n' | xargs -P 2 -n 1 "$VM_DIR/distro.sh" & pids="$pids $!"; fi
for pid in $pids; do wait "$pid" || die "the guests cannot be prepared" "read the lines above"; done
[ -z "$HARNESS" ] || "$VM_DIR/secureboot.sh" --prepare || die "the Secure Boot guest cannot be prepared" "read the lines above"
# The story that needs it waits for it, and says so when there is none.
[ -z "$STORIES" ] || "$VM_DIR/rpm-distro.sh" & rpm=$!
say "prepared in $(($(seconds) - started)) s"

# The longest first, two at a time.
jobs() {
  local story kernel
  for story in $STORIES; do echo "story.sh --toa $TOA $story"; done
  for kernel in $KERNELS; do echo "kernel.sh --toa $TOA $kernel"; done
  echo "check.sh $KERNELS"
  [ -z "$HARNESS" ] || echo "secureboot.sh --toa $TOA"
  [ -z "$HARNESS" ] || echo "selfcheck.sh"
}
jobs | (cd "$VM_DIR" && xargs -P 2 -d '\n' -I '{}' bash -c './{} || true')
wait "$rpm" || true

expected=""
for kernel in $KERNELS; do expected="$expected $("$VM_DIR/kernel.sh" --names "$kernel")"; done
for story in $STORIES; do expected="$expected story-$story"; done
expected="$expected check ${HARNESS:+secureboot selfcheck}"

passed=0 failed=0 bad_ones=""
printf '\n%-24s %8s %8s %8s\n' guest passed failed seconds
for name in $expected; do
  good=0 bad=1 time=-
  [ ! -e "$CACHE/run/$name/result" ] || read -r good bad time <"$CACHE/run/$name/result"
  printf '%-24s %8s %8s %8s\n' "$name" "$good" "$bad" "$time"
  passed=$((passed + good)) failed=$((failed + bad))
  [ "$bad" = 0 ] || bad_ones="$bad_ones $name"
done
printf '%-24s %8s %8s %8s\n' all "$passed" "$failed" "$(($(seconds) - started))"
echo "$passed passed, $failed failed"
# Why, once more: the lines above may be out of reach by now.
for name in $bad_ones; do
  cat "$CACHE/run/$name"/console* 2>/dev/null | tr -d '\r' | grep -aE '^(case [^ ]+ FAIL|  [a-z0-9-]+: )' | tail -n 12 |
    cut -c 1-300 | sed "s/^/$name: /" || echo "$name: see $CACHE/run/$name"
done
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
