# SPDX-License-Identifier: Apache-2.0
# Loading over a running TOA: nothing changes without need, and connections keep their addresses.

option first,bare,data 254/8
same "nothing loaded" "$STATE_OFF" "$(state)"
load
same "loaded" "$STATE_DEFAULT" "$(state)"
exec {connection}<>/dev/tcp/$LB4/8001
exec {other}<>/dev/tcp/$LB6/8006
client4="$CLIENT4:$CLIENT_PORT $CLIENT4:$CLIENT_PORT" mapped="[::ffff:$CLIENT4]:$CLIENT_PORT [::ffff:$CLIENT4]:$CLIENT_PORT"
kept() { # NAME
  same "$1: an IPv4 connection keeps its client" "$client4" "$(again "$connection")"
  same "$1: an IPv6 connection keeps its client" "$mapped" "$(again "$other")"
}
kept "loaded"

before=$("$BIN/objects" on "$CGROUP/server")
load
same "the same settings again: the same links, programs and maps" "$before" "$("$BIN/objects" on "$CGROUP/server")"
load --trust $ADDED --dry-run
same "--dry-run changes nothing" "$before" "$("$BIN/objects" on "$CGROUP/server")"
load --trust $ADDED
same "other trusted prefixes hold at once" "$STATE_ADDED" "$(state)"
same "one link for each hook" "getpeername4 getpeername6 sockops" "$(hooks)"
kept "other trusted prefixes"
load --trust none
same "nobody trusted any more" "$STATE_NOBODY" "$(state)"
kept "nobody trusted"
load --getsockopt
same "--getsockopt adds one link" "getpeername4 getpeername6 getsockopt sockops" "$(hooks)"
same "and the defaults are back" "$STATE_DEFAULT" "$(state)"
kept "with --getsockopt"
same "getsockopt knows the connection from before" "0 0 20" "$(again "$connection" 'opt 0 1345 20' | cut -d ' ' -f 1-3)"
load
same "without --getsockopt its link goes" "getpeername4 getpeername6 sockops" "$(hooks)"
kept "without --getsockopt"
exec {connection}>&- {other}>&-

# Connections are made all the time while TOA is replaced: none of them may fall between two generations.
option first 254/8 $CLIENT4 1
"$BIN/many" "$CGROUP/server" "$CGROUP/client" $LB4 8400 60000 $CLIENT4 >"$WORK/many.log" 2>&1 &
many=$!
replaced=0
while kill -0 "$many" 2>/dev/null && [ "$replaced" -lt 20 ]; do
  load --trust $ADDED
  load
  replaced=$((replaced + 2))
done
wait "$many" || true
same "60000 connections while TOA was replaced $replaced times" \
  "60000 connections, accept wrong 0, getpeername wrong 0, twice 0, broken 0" "$(head -n 1 "$WORK/many.log")"
[ "$replaced" -ge 4 ] || flunk "replaced under traffic" "only $replaced times; more connections are needed"

# Two at once: one waits for the other or is told to come back, and what is there in the end is whole.
for _ in 1 2 3 4 5; do
  status=0
  "$TOA" load --backend ebpf --cgroup "$CGROUP/server" --trust $ADDED >"$WORK/first.out" 2>&1 &
  first=$!
  "$TOA" load --backend ebpf --cgroup "$CGROUP/server" >"$WORK/second.out" 2>&1 || status=$?
  case $status in 0 | 75) ;; *) flunk "two loads at once" "status $status: $(tail -n 2 "$WORK/second.out")" ;; esac
  status=0
  wait "$first" || status=$?
  case $status in 0 | 75) ;; *) flunk "two loads at once" "status $status: $(tail -n 2 "$WORK/first.out")" ;; esac
done
remember_objects
option first,bare,data 254/8
case $(state) in
  "$STATE_DEFAULT" | "$STATE_ADDED") pass "two loads at once: one of both holds" ;;
  *) flunk "two loads at once" "$(state)" ;;
esac
same "two loads at once: one link for each hook" "getpeername4 getpeername6 sockops" "$(hooks)"
unload
same "unloaded" "$STATE_OFF" "$(state)"
