# SPDX-License-Identifier: Apache-2.0
# toa selftest --against and --listen, over a network that does to options what firewalls do: each is named, with its owner.

option none
mode() { echo "$*" >"$WORK/mode.new"; mv "$WORK/mode.new" "$WORK/mode"; }
mode pass
unshare --net /usr/bin/python3 -B "$BPF_DIR/clients/middlebox.py" "$WORK/mode" >"$WORK/middlebox.log" 2>&1 &
middlebox=$!
listener=''
trap 'kill $middlebox $listener 2>/dev/null || true' EXIT
wait_for "$WORK/middlebox.log" '^ready'

# from COMMAND...: at the other end of the network
from() { nsenter --net="/proc/$middlebox/ns/net" "$@"; }

listen() {
  : >"$WORK/listen.log"
  # Not where the programs are: it goes there by itself.
  (echo 0 >"$CGROUP/outside/cgroup.procs" && exec "$TOA" selftest --listen 7001 --seconds 100) >"$WORK/listen.log" 2>&1 &
  listener=$!
  wait_for "$WORK/listen.log" 'token [0-9A-Z-]{19}$'
  token=$(sed -n 's/.*--token //p' "$WORK/listen.log")
}

# stop: ends the listener; "ended" is its exit status
stop() {
  ended=0
  kill -TERM "$listener"
  wait "$listener" || ended=$?
  listener=''
}

# against ADDRESS [OPTIONS...]: exit status, then cause and owner of each finding
against() {
  local status=0 address=$1
  shift
  from "$TOA" selftest --against "$address:7001" --token "$token" --json "$@" >"$WORK/against.json" 2>"$WORK/against.err" || status=$?
  /usr/bin/python3 -c '
import json, sys
answer = json.load(open(sys.argv[2]))
print(sys.argv[1], *["%s:%s" % (one["cause"], one["owner"]) for one in answer.get("findings", [])], answer.get("why", ""))' \
    "$status" "$WORK/against.json" | sed 's/ *$//'
}

# told WORDS: that the first finding has them in its sentence or its advice
told() {
  /usr/bin/python3 -c '
import json, sys
first = json.load(open(sys.argv[1]))["findings"][0]
print("yes" if sys.argv[2] in " ".join([first["verdict"], *first["next"]]) else first)' "$WORK/against.json" "$1"
}

listen
same "no TOA over there" "15 no-backend:host" "$(against 10.20.0.2)"
same "it is told to be installed" yes "$(told 'on 10.20.0.2: toa install')"
stop
same "a signal ends the listener, and that is no error" 0 "$ended"

load
listen
same "a healthy network, IPv4" "0 works:None" "$(against 10.20.0.2 --junit "$WORK/path.xml")"
same "a healthy network, IPv6" "0 works:None" "$(against '[fd20::2]')"
# Without an option; seven options, of which four are read over there; three handshakes; two full segments.
same "the JUnit report has each probe, and those that are not read are skipped" "13 0 3" "$(/usr/bin/python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
print(len(suite.findall("testcase")), suite.get("failures"), suite.get("skipped"))' "$WORK/path.xml")"
status=0
in_cgroup outside "$TOA" selftest --json >"$WORK/selftest.json" 2>"$WORK/selftest.err" || status=$?
same "a self-test beside the listener passes, and leaves it where it is" "0 " "$status $(cat "$WORK/selftest.err")"
mode strip 254
same "a firewall that strips option 254" "15 option-stripped:network" "$(against 10.20.0.2)"
same "and what it lets through" yes "$(told 'options 253/20, 200/8, 253/8, 28/7, 28/19 come through')"
same "a firewall that strips option 254, IPv6" "15 option-stripped:network" "$(against '[fd20::2]')"
mode strip 200 28
same "the options that are stripped are named" "15 option-stripped:network yes" \
  "$(against 10.20.0.2) $(told 'segments with option 200/8 arrive at 10.20.0.2 without it')"
mode drop 254
same "a firewall that drops segments with option 254" "15 option-dropped:network" "$(against 10.20.0.2)"
mode mtu 1400
same "a link with a smaller MTU" "15 mtu-too-small:network" "$(against 10.20.0.2)"
like "its size is measured" "1[34][0-9][0-9]" "$(sed -n 's/.*"largestPacket" : \([0-9]*\).*/\1/p' "$WORK/against.json")"
mode pass
same "a source that is not trusted" "15 untrusted:host" "$(against 10.20.0.3)"
same "with the command that mends it" yes "$(told 'on 10.20.0.3: toa install --trust 203.0.113.77/32')"
same "a profile that is not read over there" "15 other-profile:host" "$(against 10.20.0.2 --profile alibaba-cdn)"
good=$token
token=AAAA-AAAA-AAAA-AAAA
like "a wrong token" "2 the token is not the one that*" "$(against 10.20.0.2)"
token=$good
mode block
like "a firewall that lets nothing through" "2 nothing came back*(network)*" "$(against 10.20.0.2)"
mode pass
same "the network works again" "0 works:None" "$(against 10.20.0.2)"
same "no port of the sender is left" "" "$(from ss -Hltn)"
stop
like "nothing listens" "2 nothing listens there*" "$(against 10.20.0.2)"
same "no cgroup of the listener is left" "" "$(find "$CGROUP/server" -name 'toa-selftest*')"
