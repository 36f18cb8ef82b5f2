# SPDX-License-Identifier: Apache-2.0
# toa tproxy enable and disable, killed before system calls that can change something and before programs that they start: the same
# command again ends as if nothing had happened. Every sixth such place, others for each of the commands; KILL_STEP=1 takes all, which
# needs minutes.

. "$BPF_DIR/lib/transparent.sh"
hide_host
foreign_rules
before=$(rule_set)
MOST=400 STEP=${KILL_STEP:-6} first=0

# killed NAME PREPARE WANTED COMMAND...
killed() {
  local name=$1 prepare=$2 wanted=$3 number status kills=0 partly=0 now bad=0
  shift 3
  first=$((first % STEP + 1))
  for number in $(seq $first "$STEP" $MOST); do
    $prepare
    status=0
    ("$BIN/killat" "exec-$number" "$@" >/dev/null 2>&1) 2>/dev/null || status=$?
    [ "$status" = 137 ] || break
    kills=$((kills + 1))
    # A program that it had started goes on alone.
    while pgrep -x 'ip|nft' >/dev/null || pgrep -x 'ip6?tables' >/dev/null; do sleep 0.01; done
    now=$(rule_set)
    if [ "$now" != "$before" ] && [ "$now" != "$after" ]; then partly=$((partly + 1)); fi
    if ! "$@" >"$WORK/again.out" 2>&1 || [ "$(rule_set)" != "$wanted" ]; then
      bad=$((bad + 1))
      [ $bad -gt 3 ] || flunk "$name, killed before call $number" "$(tail -n 2 "$WORK/again.out")"
    fi
  done
  if [ $bad = 0 ] && [ "$status" = 0 ] && [ $partly -gt 0 ]; then
    pass "$name: killed before $kills calls, $partly times half done, and right again each time"
  else
    flunk "$name" "$bad of $kills kills went wrong, $partly times half done, at last exit status $status"
  fi
}

for firewall in nft iptables; do
  off() {
    "$TOA" tproxy disable -y >"$WORK/off.out" 2>&1 || flunk "$firewall: disable before a kill" "$(tail -n 2 "$WORK/off.out")"
    [ "$(rule_set)" = "$before" ] || flunk "$firewall: disable before a kill" "the rule set is not as before"
  }
  on() { "$TOA" tproxy enable --runtime --firewall "$firewall" -y >/dev/null 2>&1; }
  on
  after=$(rule_set)
  killed "$firewall: enable" off "$after" "$TOA" tproxy enable --runtime --firewall "$firewall" -y
  killed "$firewall: disable" on "$before" "$TOA" tproxy disable -y
  off
done
remove_foreign_rules
same "nothing is left" "" "$(left)"
