# SPDX-License-Identifier: Apache-2.0
# An option is believed from trusted sources only; what is not believed is counted, exactly.

option first,bare,data 254/8
load
read -r untrusted without <<<"$(counter untrusted syn_recv_sock_no_toa)"
for _ in $(seq 25); do ask $UNTRUSTED4 8001; done | sed 's/:[0-9]*//g' | sort -u >"$WORK/answers"
same "untrusted IPv4 source: the load balancer" "$UNTRUSTED4 $UNTRUSTED4" "$(cat "$WORK/answers")"
same "25 untrusted connections are counted as 25" "$((untrusted + 25)) $((without + 25))" "$(counter untrusted syn_recv_sock_no_toa)"
option first,bare,data 254/20
for _ in $(seq 10); do ask $UNTRUSTED6 8002; done | sed 's/\]:[0-9]*/]/g' | sort -u >"$WORK/answers"
same "untrusted IPv6 source: the load balancer" "[$UNTRUSTED6] [$UNTRUSTED6]" "$(cat "$WORK/answers")"
same "10 untrusted IPv6 connections are counted as 10" "$((untrusted + 35)) $((without + 35))" "$(counter untrusted syn_recv_sock_no_toa)"
same "a trusted source is believed meanwhile" "[$CLIENT6]:$CLIENT_PORT [$CLIENT6]:$CLIENT_PORT" "$(ask $LB6 8002)"
option none
ask $UNTRUSTED4 8001 >"$WORK/answers"
same "without an option nothing is untrusted" "$((untrusted + 35)) $((without + 36))" "$(counter untrusted syn_recv_sock_no_toa)"

# The data after the handshake has the option as well: a late option is not believed either.
option data 254/8
exec {connection}<>/dev/tcp/$UNTRUSTED4/8001
for _ in 1 2; do again "$connection" >/dev/null; done
like "a late option from an untrusted source is ignored" "$UNTRUSTED4:* $UNTRUSTED4:*" "$(again "$connection")"
exec {connection}>&-

option first,bare,data 254/8
load --trust $UNTRUSTED4/32
same "--trust adds a source" "$CLIENT4:$CLIENT_PORT $CLIENT4:$CLIENT_PORT" "$(ask $UNTRUSTED4 8001)"
