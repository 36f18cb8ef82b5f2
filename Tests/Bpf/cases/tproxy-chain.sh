# SPDX-License-Identifier: Apache-2.0
# The whole chain: a client behind a load balancer that writes its address into a TCP option, HAProxy that sees the client with TOA and
# connects with its address, a server that sees it. And the other way, by HAProxy's PROXY protocol.

. "$BPF_DIR/lib/transparent.sh"
start_transparent
before=$(rule_set)
same "enable" 0 "$(exit_of tproxy enable --runtime -y)"

option first 254/8
same "without TOA on the proxy the server sees the load balancer" "10.30.0.2 hello" "$(through 10.30.0.1 80)"
load
same "with TOA the server sees the client, IPv4" "$CLIENT4 hello" "$(through 10.30.0.1 80)"
same "with TOA the server sees the client, by the PROXY protocol" "$CLIENT4 hello" "$(through 10.30.0.1 90)"
option first 254/20
same "with TOA the server sees the client, IPv6" "$CLIENT6 hello" "$(through fd30::1 80)"
same "with TOA the server sees the client, IPv6 to an IPv4 server by the PROXY protocol" "$CLIENT6 hello" "$(through fd30::1 90)"
option none
same "who comes without a load balancer is seen, too" "$SEEN" "$(both_ways)"
# Without the way back there is no answer, whatever TOA says.
same "disable" 0 "$(exit_of tproxy disable -y)"
option first 254/8
same "without the rules no answer comes back" nothing "$(through 10.30.0.1 80)"
same "but by the PROXY protocol" "$CLIENT4 hello" "$(through 10.30.0.1 90)"
unchanged "everything is as it was before" "$before"
