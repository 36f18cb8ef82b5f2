# SPDX-License-Identifier: Apache-2.0
# Unmodified servers log the client that the option names.

client4=$CLIENT4:$CLIENT_PORT
mapped="[::ffff:$CLIENT4]:$CLIENT_PORT"
client6="[$CLIENT6]:$CLIENT_PORT"
load

# both NAME EXPECTED ACTUAL: accept() and getpeername() agree.
both() { same "$1" "$2 $2" "$3"; }

for option in 254/8 200/8; do
  option first $option
  both "$option on the handshake's ACK, AF_INET" "$client4" "$(ask $LB4 8001)"
  both "$option on the handshake's ACK, both families" "$mapped" "$(ask $LB4 8002)"
done
for option in 254/20 253/20; do
  option first $option
  both "$option on the handshake's ACK, IPv6" "$client6" "$(ask $LB6 8006)"
  both "$option, an IPv6 client behind IPv4, both families" "$client6" "$(ask $LB4 8002)"
  like "$option, an IPv6 client of an AF_INET socket: the load balancer, getsockopt tells" "$LB4:* $LB4:*" "$(ask $LB4 8001)"
done
option first 254/8
both "254/8, an IPv4 client behind IPv6" "$mapped" "$(ask $LB6 8006)"
option first,bare,data 254/8
both "254/8 on every segment" "$client4" "$(ask $LB4 8001)"
option syn,first,bare,data 254/8
both "254/8 on every segment and the SYN" "$client4" "$(ask $LB4 8001)"
option first 254/8 192.0.2.200 65535
both "another client" 192.0.2.200:65535 "$(ask $LB4 8001)"
option syn 254/8
like "254/8 on the SYN only: the load balancer" "$LB4:* $LB4:*" "$(ask $LB4 8001)"
option first 254/6
like "254 with a wrong length: the load balancer" "$LB4:* $LB4:*" "$(ask $LB4 8001)"
option first 30/8
like "another kind: the load balancer" "$LB4:* $LB4:*" "$(ask $LB4 8001)"
option none
like "no option: the load balancer" "$LB4:* $LB4:*" "$(ask $LB4 8001)"

# logs NAME FILE EXPECTED: what the server wrote last.
logs() {
  local line=
  for _ in $(seq 40); do
    line=$(tail -n 1 "$WORK/$2")
    [ "$line" != "$3" ] || break
    sleep 0.05
  done
  same "$1 logs the client" "$3" "$line"
}

option first,bare,data 254/8
same "nginx, IPv4" "$client4" "$(ask_http $LB4 8101)"
logs "nginx, IPv4" nginx-access.log "$client4"
same "nginx, both families" "::ffff:$CLIENT4:$CLIENT_PORT" "$(ask_http $LB4 8102)"
logs "nginx, both families" nginx-access.log "::ffff:$CLIENT4:$CLIENT_PORT"
same "Python's socketserver, IPv4" "$client4" "$(ask $LB4 8201)"
logs "Python's socketserver, IPv4" python4.log "$client4"
same "Go's net/http on an MPTCP listener" "$client4" "$(ask_http $LB4 8301)"
logs "Go's net/http on an MPTCP listener" go.log "$client4"
ask_http $LB4 8203 >"$WORK/answer"
like "python3 -m http.server logs the client" "::ffff:$CLIENT4 - - *" "$(tail -n 1 "$WORK/http.log")"

option first,bare,data 254/20
same "nginx, an IPv6 client" "$CLIENT6:$CLIENT_PORT" "$(ask_http $LB6 8102)"
logs "nginx, an IPv6 client" nginx-access.log "$CLIENT6:$CLIENT_PORT"
same "Python's socketserver, an IPv6 client" "$CLIENT6:$CLIENT_PORT" "$(ask $LB6 8202)"
logs "Python's socketserver, an IPv6 client" python6.log "$CLIENT6:$CLIENT_PORT"
same "Go's net/http, an IPv6 client" "$client6" "$(ask_http $LB6 8301)"
logs "Go's net/http, an IPv6 client" go.log "$client6"
ask_http $LB6 8203 >"$WORK/answer"
like "python3 -m http.server logs an IPv6 client" "$CLIENT6 - - *" "$(tail -n 1 "$WORK/http.log")"

# The handshake is completed by a segment with data, or with data and FIN.
option first 254/8
both "254/8 on ACK with data" "$client4" "$(/usr/bin/python3 "$BPF_DIR/clients/client.py" $LB4 8001 data)"
both "254/8 on ACK with data and FIN" "$client4" "$(/usr/bin/python3 "$BPF_DIR/clients/client.py" $LB4 8001 fin)"

# Documented limit: with MPTCP on both sides the address is at a socket below the one that applications have.
option first 254/8
mptcp=$(/usr/bin/python3 "$BPF_DIR/clients/client.py" $LB4 8005 mptcp)
same "the MPTCP client really speaks MPTCP" "mptcp" "${mptcp##* }"
like "MPTCP on both sides: the load balancer (documented limit)" "\[::ffff:$LB4]:* \[::ffff:$LB4]:* mptcp" "$mptcp"
both "TCP to an MPTCP listener" "$mapped" "$(ask $LB4 8005)"
