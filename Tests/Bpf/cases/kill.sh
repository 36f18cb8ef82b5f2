# SPDX-License-Identifier: Apache-2.0
# toa load, replacing and toa unload, killed at each system call that changes something: TOA is then as it was before or as
# it was to become, and the same command again brings it there.

CALLS="bpf mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat mount umount2 flock"
MOST=600
option first,bare,data 254/8

traced() { # CALL NUMBER COMMAND...: dies of SIGKILL when it makes the call for the NUMBERth time
  local call=$1 number=$2
  shift 2
  # Not with --seccomp-bpf: strace 6.1 then kills nobody.
  strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$number" "$@" >/dev/null 2>&1
}

# Strace must be able to kill here at all.
status=0
(traced mkdir 2 /usr/bin/python3 -c 'import os; [os.mkdir("killed-%d" % n) for n in range(4)]') 2>/dev/null || status=$?
same "strace kills at the second call" "137 killed-0" "$status $(cd "$WORK" && echo killed-*)"

# calls_of COMMAND...: those of CALLS that it makes.
calls_of() {
  strace -f -qq --seccomp-bpf -o "$WORK/strace" -e trace="${CALLS// /,}" "$@" >/dev/null 2>&1 || die "strace $* fails" "run it by hand"
  sed -nE 's/^[0-9]+ +([a-z0-9]+)\(.*/\1/p' "$WORK/strace" | sort -u
}

# killed NAME PREPARE OLD NEW HOOKS COMMAND...
killed() {
  local name=$1 prepare=$2 old=$3 new=$4 hooks=$5 call number status now kills=0 was_old=0 was_new=0 bad=0
  shift 5
  $prepare
  for call in $(calls_of "$@"); do
    for number in $(seq $MOST); do
      $prepare
      status=0
      (traced "$call" "$number" "$@") 2>/dev/null || status=$?
      remember_objects
      [ "$status" = 137 ] || break
      kills=$((kills + 1))
      now=$(state)
      case $now in
        "$old") was_old=$((was_old + 1)) ;;
        "$new") was_new=$((was_new + 1)) ;;
        *) bad=$((bad + 1)); [ $bad -gt 3 ] || flunk "$name, killed at $call $number" "neither old nor new: $now" ;;
      esac
      if ! "$@" >"$WORK/again.out" 2>&1; then
        bad=$((bad + 1)); [ $bad -gt 3 ] || flunk "$name, killed at $call $number" "the same command fails: $(tail -n 2 "$WORK/again.out")"
      fi
      now="$(state), $(hooks)"
      if [ "$now" != "$new, $hooks" ]; then
        bad=$((bad + 1)); [ $bad -gt 3 ] || flunk "$name, killed at $call $number" "the same command again does not bring it to '$new, $hooks': $now"
      fi
    done
    [ "$status" = 0 ] || { bad=$((bad + 1)); flunk "$name, $call" "not done after $MOST calls, or it failed with status $status"; }
  done
  if [ $bad = 0 ] && [ $kills -gt 0 ]; then
    pass "$name: killed at each of $kills calls: $was_old times as before, $was_new times as after"
  else
    flunk "$name" "$bad of $kills kills went wrong"
  fi
}

toa_load=("$TOA" load --backend ebpf --cgroup "$CGROUP/server")
with="getpeername4 getpeername6 sockops"
killed "fresh load" unload "$STATE_OFF" "$STATE_DEFAULT" "$with" "${toa_load[@]}"
killed "replacing" load "$STATE_DEFAULT" "$STATE_ADDED" "$with" "${toa_load[@]}" --trust $ADDED
killed "unloading" load "$STATE_DEFAULT" "$STATE_OFF" "" "$TOA" unload
