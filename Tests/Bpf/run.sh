#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tests the eBPF backend and transparent proxying in this machine's own kernel, in namespaces and cgroups of its own: real
# servers behind a real client, whose segments carry the option. Prints a line for each case and a total. Leaves nothing behind, and checks that.
#
#   run.sh                     all of it
#   run.sh scope late          only these files of cases/, or others when there is a slash in the name
#   run.sh ebpf                those of eBPF, some of which have limits of time
#   run.sh transparent         those of transparent proxying, which have none
#   run.sh --toa FILE ...      another toa than dist/toa
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"

if [ -z "${TOA_BENCH_MOUNTS:-}" ]; then
  [ "$(id -u)" = 0 ] || die "the eBPF tests load programs and need root" "run it again with sudo"
  # From here on no mount is seen by the host.
  TOA_BENCH_MOUNTS=yes exec unshare --mount --propagation private -- "$0" "$@"
fi

TOA=$REPO/dist/toa
if [ "${1:-}" = --toa ]; then TOA=$2; shift 2; fi
TOA=$(realpath -m "$TOA")
[ -x "$TOA" ] || die "there is no toa at $TOA" "make static"
ebpf=(inject selftest path servers trust profile getsockopt scope late many simulate doctor replace kill time)
transparent=(tproxy tproxy-chain tproxy-kill)
case $* in
  '') cases=("${ebpf[@]}" "${transparent[@]}") ;;
  ebpf) cases=("${ebpf[@]}") ;;
  transparent) cases=("${transparent[@]}") ;;
  *) cases=("$@") ;;
esac
for name in "${cases[@]}"; do
  case $name in */*) continue ;; esac
  [ -e "$BPF_DIR/cases/$name.sh" ] || die "there is no $BPF_DIR/cases/$name.sh" "choose from: $(cd "$BPF_DIR/cases" && echo *.sh)"
done
if [ $# = 0 ]; then
  for file in "$BPF_DIR"/cases/*.sh; do
    case " ${cases[*]} " in *" $(basename "$file" .sh) "*) ;; *) die "$file is not run by $0" "add it to the cases" ;; esac
  done
fi
"$BPF_DIR/setup.sh"

started=$SECONDS
WORK=$(mktemp -d)
stage='' tail=''
cgroups() { find "$WORK/cgroup/toa-bench.$$" -depth -type d 2>/dev/null; }

# Whatever happened: end what is left, and count what should not have been.
clean() {
  local group pid
  for pid in $stage $tail; do
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  for group in $(cgroups); do
    while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done <"$group/cgroup.procs"
  done
  for _ in $(seq 50); do
    for group in $(cgroups); do rmdir "$group" 2>/dev/null || true; done
    [ -n "$(cgroups)" ] || break
    sleep 0.1
  done
  # The lock is open in there.
  exec 8<&-
  for mount in /sys/fs/bpf "$WORK/bpf" "$WORK/cgroup" "$WORK"; do umount "$mount" 2>/dev/null || true; done
  rmdir "$WORK" 2>/dev/null || true
}
trap clean EXIT
trap 'exit 130' INT TERM HUP

mount -t tmpfs -o mode=700 tmpfs "$WORK"
mkdir "$WORK/cgroup" "$WORK/bpf" "$WORK/state"
mount -t cgroup2 cgroup2 "$WORK/cgroup" || die "cgroup2 cannot be mounted" "the kernel needs CONFIG_CGROUPS and CONFIG_CGROUP_BPF"
# Two instances of their own: TOA's at the place where it looks, and one for the injector.
mount -t bpf bpf /sys/fs/bpf || die "a bpffs cannot be mounted" "the kernel needs CONFIG_BPF_SYSCALL"
mount -t bpf bpf "$WORK/bpf"
# Neither the host's lock nor what is installed on the host is seen.
for folder in /run /var/lib/toa /usr/lib/toa; do [ ! -d "$folder" ] || mount -t tmpfs tmpfs "$folder"; done
# Runs that were killed could not remove theirs. Those of living ones are locked.
for group in "$WORK"/cgroup/toa-bench.*; do
  if [ -d "$group" ] && flock --nonblock "$group" true; then find "$group" -depth -type d -exec rmdir {} + || true; fi
done
CGROUP=$WORK/cgroup/toa-bench.$$
mkdir -p "$CGROUP"/server/nested "$CGROUP"/server/injected "$CGROUP"/client "$CGROUP"/outside
exec 8<"$CGROUP"
flock --nonblock 8
: >"$WORK/output"
export TOA WORK CGROUP BIN CACHE BPF_DIR
# However this script ends, the stage and all in it end too.
setpriv --pdeathsig KILL unshare --net --pid --fork --kill-child=KILL --mount-proc -- "$BPF_DIR/stage.sh" "${cases[@]}" >"$WORK/output" 2>&1 &
stage=$!
tail -f -s 0.2 --pid="$stage" -n +1 "$WORK/output" &
tail=$!
wait "$stage" || true
stage=''
wait "$tail" || true
tail=''

# A case that ends early has not reported.
passed=$(grep -c '^ok ' "$WORK/output" || true)
failed=$(grep -c '^FAIL ' "$WORK/output" || true)
check() { # NAME WHAT-IS-LEFT
  if [ -z "$2" ]; then
    echo "ok   $1"
    passed=$((passed + 1))
  else
    echo "FAIL $1: $(tr '\n' ' ' <<<"$2")"
    failed=$((failed + 1))
  fi
}
check "the stage ran to its end" "$(grep -qx 'end of stage' "$WORK/output" || echo "it stopped early")"
check "no process is left" "$(for group in $(cgroups); do cat "$group/cgroup.procs"; done)"
check "no pin is left after unload" "$(cat "$WORK/state/pins" 2>/dev/null || echo "nobody looked")"
objects=$(sort -u "$WORK/state/objects" 2>/dev/null || true)
"$BIN/objects" alive >/dev/null || die "$BIN/objects does not run" "remove $BIN and run again"
# The programs that were seen on the cgroups must go with cgroups and pins. The kernel takes a moment.
exec 8<&-
for group in $(cgroups); do rmdir "$group" || true; done
check "no cgroup is left" "$(cgroups)"
for mount in /sys/fs/bpf "$WORK/bpf"; do umount "$mount"; done
left=
for _ in $(seq 50); do
  # shellcheck disable=SC2086
  left=$("$BIN/objects" alive $objects)
  [ -n "$left" ] || break
  sleep 0.1
done
check "none of $(wc -w <<<"$objects") programs, links and maps is left" "${objects:+$left}"
[ -n "$objects" ] || { echo "FAIL no program was ever seen"; failed=$((failed + 1)); }
clean
check "no mount is left" "$(grep -F " $WORK" /proc/self/mounts || true)"
[ ! -e "$WORK" ] || { echo "FAIL $WORK is left"; failed=$((failed + 1)); }
echo "$passed passed, $failed failed, $((SECONDS - started)) s"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
