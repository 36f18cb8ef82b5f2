# SPDX-License-Identifier: Apache-2.0
# Sourced: how every guest is started, and when it counts as passed.

# thread=single: with two threads TCG corrupts code patching across CPUs. KVM is never used: results must not depend on the
# machine.
QEMU_MACHINE="-accel tcg,thread=single -smp ${SMP:-2} -nodefaults -display none -no-reboot -nic none"
# Without erms and fsrm: with them the kernel copies and clears byte by byte, each of which TCG emulates as an instruction.
QEMU_COMMON="$QEMU_MACHINE -cpu max,erms=off,fsrm=off"
QEMU_EXIT="-device isa-debug-exit,iobase=0xf4,iosize=4"

# A cortex-a72 has no pointer authentication, whose emulation makes everything ten times slower.
QEMU_ARM64="$QEMU_MACHINE -M virt -cpu cortex-a72 -semihosting-config enable=on,userspace=on,target=native"

# A kernel that warns has failed, and a kernel that panics must not sit there. no_timer_check: on a busy machine the emulated
# timer comes late, and the kernel would give up at once. For the same reason a processor or RCU counts as stuck after a minute or
# two, not after twenty seconds in which the guest may not have been given any time at all. norandmaps: TCG translates code
# once for each address that it is seen at; a fifth of a guest's time goes into that where every process has addresses of its own.
KERNEL_ANY="norandmaps panic=-1 oops=panic panic_on_warn=1 watchdog_thresh=50 rcupdate.rcu_cpu_stall_timeout=120"
KERNEL_STRICT="console=ttyS0 $KERNEL_ANY no_timer_check"

# A guest in which compilers and package managers run needs no guards against processors that guess, nor cleared pages.
# The guests of single kernels keep both, as the hosts that the module is for do.
KERNEL_QUICK="mitigations=off init_on_alloc=0"

# parameters_for KVER: QEMU 7.2 breaks the unlocked cmpxchg16b under TCG, and kernels before 7 that use it crash at random: they
# are told that there is none. (-cpu max,cx16=off would take the locked one, too, from user space, where Swift's runtime needs
# it.) Kernels since 7 have only locked ones in their code, and must be left theirs: without it their BPF allocates nothing.
parameters_for() {
  case $1 in
    *-arm64) echo "console=ttyAMA0 $KERNEL_ANY" ;;
    [3456].*) echo "$KERNEL_STRICT clearcpuid=141" ;;
    *) echo "$KERNEL_STRICT" ;;
  esac
}

# debug-exit CODE makes QEMU end with CODE * 2 + 1, on arm64 by semihosting. A panic and a power-off end with 0, so 0 is a
# failure.
EXIT_PASSED=85
EXIT_FAILED=87

# A kernel that is locked down refuses the port of debug-exit, so its guest ends by a power-off. What debug-exit would have
# said is then put together from what the guest left: the end marker on the console and the file 'ended', which came out with
# its other files. Both are written last, and they must say the same of every case: a status of QEMU alone proves nothing.
is_locked_down() { case " $* " in *" lockdown="*) return 0 ;; *) return 1 ;; esac }

# locked_down_status STATUS CONSOLE ENDED CASES
locked_down_status() {
  local status=$1 console=$2 ended=$3 cases=$4 words
  # Whoever reached the port was not locked down.
  if [ "$status" = "$EXIT_PASSED" ]; then echo "open"; return; fi
  if [ "$status" != 0 ]; then echo "$status"; return; fi
  if [ ! -s "$ended" ]; then echo "lost"; return; fi
  words=$(cat "$ended")
  if ! tr -d '\r' <"$console" | grep -axF "TOA-VM-END $words" >/dev/null; then echo "differs"; return; fi
  if [ "$words" = "passed=$cases failed=0" ]; then echo "$EXIT_PASSED"; else echo "$EXIT_FAILED"; fi
}

KERNEL_COMPLAINTS='WARNING: CPU|BUG: |Oops: |Kernel panic|general protection fault|Internal error: |INFO: task .* blocked|rcu.*detected.*stall|Call [Tt]race:'

# judge STATUS CONSOLE DMESG: says why a guest failed; silent and true when it passed.
judge() {
  local status=$1 console=$2 complaint
  complaint=$(cat "$console" "$3" 2>/dev/null | grep -aE -m 1 "$KERNEL_COMPLAINTS" || true)
  if [ -n "$complaint" ]; then echo "the kernel complained: $complaint"; return 1; fi
  case $status in
    "$EXIT_PASSED") ;;
    "$EXIT_FAILED") echo "a case failed"; return 1 ;;
    open) echo "the guest was to be locked down, and was not: it reached an I/O port"; return 1 ;;
    lost) echo "no file of results came out of the locked-down guest"; return 1 ;;
    differs) echo "no end marker on the console that says what the file of results says"; return 1 ;;
    124 | 137) echo "the guest hung: no end after its time limit"; return 1 ;;
    *) echo "the guest ended by itself (QEMU status $status) before it reported"; return 1 ;;
  esac
  if grep -aq '^TOA-VM-SETUP-FAILED' "$console"; then grep -a -m 1 '^TOA-VM-SETUP-FAILED' "$console"; return 1; fi
  grep -aq '^TOA-VM-END ' "$console" || { echo "no end marker on the console"; return 1; }
}

# judge_results CONSOLE NAME...: each case asked for must have reported once, and ok.
judge_results() {
  local console=$1 name count wanted
  shift
  wanted=$#
  count=$(grep -acE '^case [^ ]+ (ok|FAIL)' "$console" || true)
  [ "$count" = "$wanted" ] || { echo "$count results for $wanted cases"; return 1; }
  for name; do
    # Not grep -q: it leaves at the first match, and a long console then breaks the pipe.
    tr -d '\r' <"$console" | grep -aE "^case $name ok$" >/dev/null || { echo "$name is not ok"; return 1; }
  done
}

# write_result FILE CASES GOOD SECONDS CONSOLE...: passed, failed, seconds. The guest itself is one more result, so that
# a guest whose cases all passed and which then crashed does not look like a pass.
write_result() {
  local file=$1 total=$2 good=$3 time=$4 ok
  shift 4
  ok=$(cat "$@" 2>/dev/null | tr -d '\r' | grep -acE '^case [^ ]+ ok$' || true)
  if [ "$good" = yes ]; then echo "$((ok + 1)) $((total - ok)) $time"; else echo "$ok $((total - ok + 1)) $time"; fi >"$file"
}
