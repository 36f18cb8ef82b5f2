# SPDX-License-Identifier: Apache-2.0
# Thousands of connections, each with a client of its own: every accept() and getpeername() is right, and the counters agree.

# run NAME ADDRESS COUNT OPTION CLIENT-IN-OPTION CLIENT-AS-SEEN
run() {
  local before after output status=0
  option first "$4" "$5" 1
  before=$(counter syn_recv_sock_toa syn_recv_sock_no_toa entry_alloc entry_free alloc_failed table_full)
  output=$("$BIN/many" "$CGROUP/server" "$CGROUP/client" "$2" 8400 "$3" "$6" 2>&1) || status=$?
  same "$1: $(tail -n 1 <<<"$output" | sed 's/.*, //')" "$3 connections, accept wrong 0, getpeername wrong 0, twice 0, broken 0" \
    "$(head -n 1 <<<"$output")"
  [ "$status" = 0 ] || flunk "$1" "$output"
  # The last sockets close a moment later.
  for _ in $(seq 40); do
    after=$(counter syn_recv_sock_toa syn_recv_sock_no_toa entry_alloc entry_free alloc_failed table_full)
    read -r _ _ allocated freed _ <<<"$after"
    [ "$allocated" != "$freed" ] || break
    sleep 0.1
  done
  same "$1: the counters agree" "$3 0 $3 $3 0 0" "$(paste -d ' ' <(tr ' ' '\n' <<<"$before") <(tr ' ' '\n' <<<"$after") |
    awk '{ print $2 - $1 }' | paste -s -d ' ')"
}

load
run "30000 connections, IPv4" $LB4 30000 254/8 $CLIENT4 $CLIENT4
run "3000 connections, both families" $LB4 3000 254/8 $CLIENT4 ::ffff:$CLIENT4
run "3000 connections, IPv6" $LB6 3000 254/20 $CLIENT6 $CLIENT6
run "3000 connections, IPv6 clients behind IPv4" $LB4 3000 253/20 $CLIENT6 $CLIENT6
