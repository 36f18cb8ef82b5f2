# SPDX-License-Identifier: Apache-2.0
# toa simulate: unmodified programs look as if they came through a load balancer.

option none
own=$CGROUP/client
# What a command under toa simulate does: asks as `ask` does, in a process of its own.
asking='exec 3<>"/dev/tcp/$0/$1"; echo who >&3; IFS= read -r -t 10 -u 3 answer; echo "$answer"'
# simulate CLIENT ADDRESS PORT [OPTIONS...]
simulate() {
  local client=$1 address=$2 port=$3
  shift 3
  "$TOA" simulate --client "$client" "$@" -- bash -c "$asking" "$address" "$port" 2>"$WORK/simulate.err"
}

like "without TOA the server sees the address as it was" "$LB4:* $LB4:*" "$(simulate 203.0.113.9:999 $LB4 8001)"
like "and that is said" "*1 connection carried the option.*No TOA is loaded*" "$(cat "$WORK/simulate.err")"
load
same "IPv4" "203.0.113.9:999 203.0.113.9:999" "$(simulate 203.0.113.9:999 $LB4 8001)"
like "what it did is said" "*from 203.0.113.9:999 (option 254/8).*1 connection carried the option." "$(cat "$WORK/simulate.err")"
same "IPv6" "[2001:db8::9]:999 [2001:db8::9]:999" "$(simulate '[2001:db8::9]:999' $LB6 8002)"
same "an IPv6 client of an IPv4 connection" "[2001:db8::9]:999" "$(simulate '[2001:db8::9]:999' $LB4 8002 | cut -d ' ' -f 2)"
same "another profile" "203.0.113.9:999 203.0.113.9:999" "$(simulate 203.0.113.9:999 $LB4 8001 --profile tencent-clb)"
like "sends its option" "*(option 200/8)*" "$(cat "$WORK/simulate.err")"
same "a listener that defers" "203.0.113.9:999 203.0.113.9:999" "$(simulate 203.0.113.9:999 $LB4 8003)"
same "nginx, asked by an HTTP client" "203.0.113.9:999" "$(
  "$TOA" simulate -q --client 203.0.113.9:999 -- /usr/bin/python3 -c '
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode().split("\n")[-2])' "http://$LB4:8101/")"
like "no option leaves for a public address" "\[::ffff:$UNTRUSTED4]:* \[::ffff:$UNTRUSTED4]:*" "$(simulate 203.0.113.9:999 $UNTRUSTED4 8002)"
like "which is said" "*0 connections carried the option.*1 connection did not*$UNTRUSTED4.*" "$(cat "$WORK/simulate.err")"
same "no option was seen by TOA there" "0" "$(counter untrusted)"
like "and IPv6" "\[$UNTRUSTED6]:* \[$UNTRUSTED6]:*" "$(simulate '[2001:db8::9]:999' $UNTRUSTED6 8002)"
same "a request of many segments arrives whole" "200 203.0.113.9:999" "$("$TOA" simulate -q --client 203.0.113.9:999 -- /usr/bin/python3 -c '
import socket, sys
with socket.create_connection((sys.argv[1], 8101)) as nginx:
    nginx.sendall(b"POST / HTTP/1.0\r\nContent-Length: 200000\r\n\r\n" + bytes(200000))
    nginx.shutdown(socket.SHUT_WR)
    answer = b""
    while piece := nginx.recv(65536): answer += piece
print(answer.split()[1].decode(), answer.split()[-1].decode())' $LB4)"

status=0
"$TOA" simulate -q --client 203.0.113.9:999 -- bash -c 'exit 7' || status=$?
same "the exit status is the command's" 7 "$status"
status=0
"$TOA" simulate -q --client 203.0.113.9:999 -- bash -c 'kill -TERM $$' || status=$?
same "a signal that ended it, too" 143 "$status"
status=0
"$TOA" simulate -q --client 203.0.113.9:999 -- no-such-program 2>/dev/null || status=$?
same "a program that is not there is a usage error" 64 "$status"
same "standard input and output are the command's" "through" "$(echo through | "$TOA" simulate -q --client 203.0.113.9:999 -- cat)"
like "one document tells what happened" '*"connections"*: 1,*"option"*: "254/8"*"status"*: 0*' \
  "$("$TOA" simulate --json --client 203.0.113.9:999 -- bash -c "$asking" $LB4 8001 2>/dev/null | tr '\n' ' ')"
same "no cgroup is left" "" "$(find "$own" -mindepth 1 -type d)"

# What still runs when the command has ended goes back to where it came from.
"$TOA" simulate -q --client 203.0.113.9:999 -- bash -c 'sleep 30 >/dev/null 2>&1 & echo $!' >"$WORK/sleeper"
same "what still runs is put back" yes "$(grep -qx "$(cat "$WORK/sleeper")" "$own/cgroup.procs" && echo yes || echo no)"
kill "$(cat "$WORK/sleeper")"
same "and no cgroup is left" "" "$(find "$own" -mindepth 1 -type d)"

# hooks_below: those of the cgroup that a simulation made.
hooks_below() { [ ! -d "$(echo "$own"/*/)" ] || hooks_of "$own"/*/; }
# A killed one leaves a cgroup without a program; the next one removes it.
"$TOA" simulate -q --client 203.0.113.9:999 -- sleep 1 & killed=$!
for _ in $(seq 100); do [ -z "$(hooks_below)" ] || break; sleep 0.05; done
same "while it runs, its program is on its cgroup" "sockops" "$(hooks_below)"
kill -KILL "$killed"
wait "$killed" 2>/dev/null || true
for _ in $(seq 100); do [ -n "$(hooks_below)" ] || break; sleep 0.05; done
same "killed, its program goes" "" "$(hooks_below)"
for _ in $(seq 100); do [ -n "$(cat "$own"/toa-simulate.*/cgroup.procs)" ] || break; sleep 0.05; done
"$TOA" simulate -q --client 203.0.113.9:999 -- true
same "the next one removes its cgroup" "" "$(find "$own" -mindepth 1 -type d)"
