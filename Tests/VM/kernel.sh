#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# All guests of one kernel: the ordinary one, one with the tests of the module itself, one without IPv6, one under load, one that
# wants signed modules, and one that is locked down. A variant, which is the same series for arm64 or with PREEMPT_RT, has one guest
# with what may differ there.
#
#   kernel.sh [--toa FILE] [--module FILE] KERNEL
#   kernel.sh --names KERNEL      only the names of the guests
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"

MODULE="another-toa another-toa-files load status stats-layout selftest selftest-profiles debug doctor doctor-why trusted-at-runtime profile table simulate unload kretprobe doctor-neighbours"
CASES="module-cases module-profiles module-trust module-elsewhere module-sockets module-neighbours module-tracers module-unloads module-sleeping"
FIRE="fire-malformed fire-profiles fire-processors fire-namespaces"
EBPF="ebpf-load ebpf-status ebpf-selftest ebpf-doctor ebpf-stats ebpf-table ebpf-replace ebpf-getsockopt ebpf-unload backends-agree"
SIGNED="signature-required"
LOCKED="locked-down module-refused ebpf-load ebpf-selftest ebpf-doctor ebpf-table ebpf-unload"

# No toa there: load and unload by the module's own programs.
ARM64="module-cases module-elsewhere module-sockets module-neighbours module-tracers module-unloads module-sleeping module-kretprobe cycles-5 cycles-5-kretprobe"
RT="load selftest table unload ebpf-load ebpf-selftest ebpf-unload kretprobe-refused module-cases module-elsewhere module-sockets module-tracers module-unloads module-sleeping cycles-5"

# variant_cases KERNEL: the cases of a variant's guest; none for the others.
variant_cases() {
  if is_arm64 "$1"; then echo "$ARM64"; elif is_rt "$1"; then echo "$RT"; fi
}

options=()
while [ $# -gt 1 ]; do
  case $1 in
    --toa | --module) options+=("$1" "$2"); shift 2 ;;
    --names)
      if [ -n "$(variant_cases "$2")" ]; then echo "$2"; else echo "$2 $2-module $2-ip4 $2-load $2-signed $2-lockdown"; fi
      exit 0
      ;;
    *) die "unknown option $1" "see the top of $0" ;;
  esac
done
kernel=$1 failed=0
if [ -n "$(variant_cases "$kernel")" ]; then
  # shellcheck disable=SC2046
  exec "$VM_DIR/guest.sh" "${options[@]}" --timeout 600 "$kernel" $(variant_cases "$kernel")
fi
# A cycle takes seconds, since unloading waits until no task can be in the module: cycles-500 is for a run by hand.
if [ "$kernel" = 6.12 ]; then LOAD="cycles-20 fire-malformed-100000"; else LOAD=cycles-5; fi
# The oldest and the newest kernel make kretprobes in different ways.
case $kernel in 5.10 | sid) CASES="$CASES module-kretprobe" ;; esac
# Before 6.5 the kernel itself changes what it should not; on newer ones Tests/Bpf makes the same calls natively.
case $kernel in 5.10 | 6.1) EBPF="$EBPF ebpf-traps" ;; esac
# One processor is emulated a fifth faster; the guests of the module itself and those under load have two.
# shellcheck disable=SC2086
SMP=1 "$VM_DIR/guest.sh" "${options[@]}" --name "$kernel" --timeout 600 "$kernel" $MODULE $EBPF || failed=1
# The first guest compiled the module; the others take that one.
built=$CACHE/build/$kernel/toa/toa.ko
[ ! -e "$built" ] || options+=(--module "$built")
# shellcheck disable=SC2086
"$VM_DIR/guest.sh" "${options[@]}" --name "$kernel-module" --timeout 600 "$kernel" $CASES $FIRE || failed=1
SMP=1 "$VM_DIR/guest.sh" "${options[@]}" --name "$kernel-ip4" --append ipv6.disable=1 "$kernel" no-ipv6 || failed=1
# shellcheck disable=SC2086
"$VM_DIR/guest.sh" "${options[@]}" --name "$kernel-load" --timeout 900 "$kernel" $LOAD || failed=1
SMP=1 "$VM_DIR/guest.sh" "${options[@]}" --name "$kernel-signed" --append module.sig_enforce=1 "$kernel" $SIGNED || failed=1
# shellcheck disable=SC2086
SMP=1 "$VM_DIR/guest.sh" "${options[@]}" --name "$kernel-lockdown" --append lockdown=confidentiality "$kernel" $LOCKED || failed=1
exit "$failed"
