# SPDX-License-Identifier: Apache-2.0
# toa load, replacing and toa unload, killed before each system call that can change something: TOA is then as it was before
# or as it was to become, and the same command again brings it there. KILL_AT=all-: before each bpf(2) call that only reads,
# too, which takes three times as long.

MOST=1000
option first,bare,data 254/8

status=0
("$BIN/killat" 2 /usr/bin/python3 -c 'import os; [os.mkdir("killed-%d" % n) for n in range(4)]') 2>/dev/null || status=$?
same "killed at the second call" "137 killed-0" "$status $(cd "$WORK" && echo killed-*)"

# killed NAME PREPARE OLD NEW HOOKS COMMAND...
killed() {
  local name=$1 prepare=$2 old=$3 new=$4 hooks=$5 number status now kills=0 was_old=0 was_new=0 bad=0
  shift 5
  complain() { # WHAT
    bad=$((bad + 1))
    [ $bad -gt 3 ] || flunk "$name, killed before call $number ($(sed -n "${number}p" "$WORK/calls"))" "$1"
  }
  $prepare
  "$BIN/killat" "${KILL_AT:-}0" "$@" >"$WORK/calls" 2>"$WORK/again.out" || die "$* fails: $(tail -n 2 "$WORK/again.out")"
  for number in $(seq $MOST); do
    $prepare
    status=0
    ("$BIN/killat" "${KILL_AT:-}$number" "$@" >/dev/null 2>&1) 2>/dev/null || status=$?
    remember_objects
    [ "$status" = 137 ] || break
    kills=$((kills + 1))
    now=$(state)
    case $now in
      "$old") was_old=$((was_old + 1)) ;;
      "$new") was_new=$((was_new + 1)) ;;
      *) complain "neither old nor new: $now" ;;
    esac
    "$@" >"$WORK/again.out" 2>&1 || complain "the same command fails: $(tail -n 2 "$WORK/again.out")"
    now="$(seen), $(hooks)"
    [ "$now" = "${new%% *}, $hooks" ] || complain "the same command again does not bring it to '${new%% *}, $hooks': $now"
  done
  [ "$status" = 0 ] || complain "it ended with status $status"
  if [ $bad = 0 ] && [ $was_old -gt 0 ] && [ $was_new -gt 0 ]; then
    pass "$name: killed before each of $kills calls: $was_old times as before, $was_new times as after"
  else
    flunk "$name" "$bad of $kills kills went wrong; $was_old times as before, $was_new times as after"
  fi
}

toa_load=("$TOA" load --backend ebpf --cgroup "$CGROUP/server")
with="getpeername4 getpeername6 sockops"
killed "fresh load" unload "$STATE_OFF" "$STATE_DEFAULT" "$with" "${toa_load[@]}"
killed "replacing" load "$STATE_DEFAULT" "$STATE_ADDED" "$with" "${toa_load[@]}" --trust $ADDED
killed "unloading" load "$STATE_DEFAULT" "$STATE_OFF" "" "$TOA" unload
