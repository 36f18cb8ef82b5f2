# SPDX-License-Identifier: Apache-2.0
# Sourced by the cases of the eBPF backend, as lib-ebpf: the words of all cases, and those about what lies in the kernel.
. "$CASES/lib"

PINS=/sys/fs/bpf/toa

# backend_is NAME: as 'toa status' sees it
backend_is() {
  expect 0 toa status --json
  says "\"backend\" : \"$1\"" stdout
}

# Sets 'generation' to the one generation that has pins; those of others are rubbish.
find_generation() {
  generation=$(cd $PINS && ls | grep -E '^[0-9]+$' | tr '\n' ' ')
  case $generation in
    '' | *' '*[0-9]*) fail "the generations below $PINS are '$generation', not one" ;;
  esac
  generation=${generation% }
}

is_pinned() {
  for name; do
    [ -e "$PINS/$generation/$name" ] || fail "$PINS/$generation has no $name: $(ls "$PINS/$generation" | tr '\n' ' ')"
  done
}

# total_of COUNTER: its sum, as 'toa stats' has it
total_of() {
  toa stats --json | sed -nE "s/^ *\"$1\" : ([0-9]+),?\$/\\1/p" | grep . || fail "toa stats has no counter $1"
}

# mounts: what is mounted where, a line for each
mounts() {
  awk '{ print $3, $2 }' /proc/mounts | sort
}

# ours: the programs of toa that the kernel has, and the links to programs of toa
ours() {
  bpf-objects | awk '$1 == "program" && $4 ~ /^toa_/ { print; ours[$2] } $1 == "link" && $4 in ours'
}

# nothing_is_left: no pin, no program and no link; the kernel throws them away a moment later.
nothing_is_left() {
  [ ! -e $PINS ] || fail "$PINS is still there: $(find $PINS | tr '\n' ' ')"
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    ours >left
    [ -s left ] || return 0
    sleep 0.5
  done
  fail "still in the kernel: $(tr '\n' ';' <left)"
}
