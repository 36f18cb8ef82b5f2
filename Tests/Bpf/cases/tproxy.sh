# SPDX-License-Identifier: Apache-2.0
# toa tproxy with Debian's HAProxy, by nftables and by iptables: servers see the client, and afterwards everything is as it was.
# shellcheck disable=SC2119

. "$BPF_DIR/lib/transparent.sh"
start_transparent
option none

enabled_and_disabled() { # nft|iptables
  local firewall=$1 before
  foreign_rules
  before=$(rule_set)
  same "$firewall: without rules no answer comes back" "nothing, nothing" "$(both_ways)"
  same "$firewall: a dry run succeeds" 0 "$(exit_of tproxy enable --runtime --firewall "$firewall" --dry-run)"
  like "$firewall: and shows the commands" "*ip route add local default dev lo table 862*ip -6 rule add *" "$(cat "$WORK/tproxy.out")"
  unchanged "$firewall: and changes nothing" "$before"
  same "$firewall: status says off" off "$(state_word)"
  like "$firewall: doctor has seen HAProxy's configuration, and what is missing" "error: *-> toa tproxy enable*" "$(doctor_says NET14)"
  like "$firewall: HAProxy may have foreign addresses" "ok: *" "$(doctor_says NET20)"

  same "$firewall: enable" 0 "$(exit_of tproxy enable --runtime --firewall "$firewall" -y)"
  same "$firewall: the server sees the client, and answers come back" "$SEEN" "$(both_ways)"
  same "$firewall: status says working" working "$(state_word)"
  like "$firewall: doctor misses nothing" "ok: *" "$(doctor_says NET14)"
  like "$firewall: and nothing of others is in the way" "[ow]*: *" "$(doctor_says NET21)"
  after=$(rule_set)
  same "$firewall: enable again" 0 "$(exit_of tproxy enable --runtime -y)"
  unchanged "$firewall: changes nothing" "$after"
  same "$firewall: the self-test passes" 0 "$(exit_of tproxy selftest)"
  unchanged "$firewall: which changes nothing" "$after"

  same "$firewall: only the server's port and interface" 0 "$(exit_of tproxy enable --runtime -y --port 8080 --interface s0)"
  same "$firewall: the chosen port works" "$SEEN" "$(both_ways)"
  same "$firewall: another port is left alone" nothing "$(through 10.30.0.1 81)"
  # As wg-quick does: marks count for the reverse path.
  sysctl -qw net.ipv4.conf.all.src_valid_mark=1
  same "$firewall: with an interface marks may count for the reverse path" "$SEEN" "$(both_ways)"
  same "$firewall: without one that is refused" 2 "$(exit_of tproxy enable --runtime -y --interface any)"
  like "$firewall: with the reason" "*src_valid_mark*--interface *" "$(cat "$WORK/tproxy.err")"
  sysctl -qw net.ipv4.conf.all.src_valid_mark=0
  same "$firewall: every port and interface again" 0 "$(exit_of tproxy enable --runtime -y --interface any --port any)"
  unchanged "$firewall: is what it was at first" "$after"
  same "$firewall: the other port works, too" "10.30.0.2 hello" "$(through 10.30.0.1 81)"

  # What others may do to it, and what brings it back.
  for loss in "ip rule delete pref 862" "ip -6 route flush table 862" \
    "$([ "$firewall" = nft ] && echo nft delete table inet toa_tproxy || echo ip6tables -t mangle -F TOA_TPROXY)"; do
    $loss
    same "$firewall: $loss: status says incomplete" incomplete "$(state_word)"
    same "$firewall: $loss: the self-test fails" 15 "$(exit_of tproxy selftest)"
    same "$firewall: $loss: enable mends it" "0 $SEEN" "$(exit_of tproxy enable --runtime -y) $(both_ways)"
  done

  same "$firewall: disable" 0 "$(exit_of tproxy disable -y)"
  unchanged "$firewall: everything is as it was before" "$before"
  same "$firewall: nothing is left" "" "$(left)"
  same "$firewall: disable again" 0 "$(exit_of tproxy disable -y)"
  remove_foreign_rules
}

enabled_and_disabled nft
enabled_and_disabled iptables

# Where nothing else is, what iptables makes on the way goes, too.
before=$(rule_set)
same "iptables on an empty rule set" "0 0" "$(exit_of tproxy enable --runtime --firewall iptables -y) $(exit_of tproxy disable -y)"
unchanged "leaves an empty rule set" "$before"

# From one to the other.
same "from nft to iptables" "0 0" "$(exit_of tproxy enable --runtime --firewall nft -y) $(exit_of tproxy enable --runtime --firewall iptables -y)"
same "from nft to iptables: nothing of nft is left" "" "$(nft list tables | grep toa_tproxy || true)"
same "from nft to iptables: it works" "$SEEN" "$(both_ways)"
same "from nft to iptables: disable" 0 "$(exit_of tproxy disable -y)"
unchanged "from nft to iptables: everything is as it was before" "$before"

# Numbers of others.
foreign_rules
same "a mark that is in use" 13 "$(exit_of tproxy enable --runtime -y --mark 0x2)"
like "names who uses it" "*ip rule 100: from all fwmark 0x2 lookup 100*" "$(cat "$WORK/tproxy.err")"
same "a table that is in use" 13 "$(exit_of tproxy enable --runtime -y --table 100)"
ip rule add pref 862 fwmark 0x1000000/0xff000000 lookup 862
same "where the usual numbers are in use others are taken" "0 $SEEN" "$(exit_of tproxy enable --runtime -y) $(both_ways)"
like "which are free" "*0x10/0x10 lookup 863*" "$(ip rule)"
same "and given back" 0 "$(exit_of tproxy disable -y)"
ip rule delete pref 862
remove_foreign_rules

# Answers that come by another interface than that by which their server is reached.
ip link add s1 type veth peer name eth1 netns "$server"
ip address add 10.41.0.1/24 dev s1
sysctl -qw net.ipv6.conf.s1.disable_ipv6=1
ip link set s1 up
inside server ip address add 10.41.0.2/24 dev eth1
inside server ip link set eth1 up
inside server ip route replace default via 10.41.0.1
sysctl -qw net.ipv4.conf.s1.rp_filter=1
before=$(rule_set)
same "another way back, strictly checked" 0 "$(exit_of tproxy enable --runtime -y --interface s0)"
same "is not diverted" nothing "$(through 10.30.0.1 80)"
same "named, it is" "0 10.30.0.2 hello" "$(exit_of tproxy enable --runtime -y --interface s1) $(through 10.30.0.1 80)"
same "as the check is loose" 2 "$(cat /proc/sys/net/ipv4/conf/s1/rp_filter)"
same "disable" 0 "$(exit_of tproxy disable -y)"
unchanged "everything is as it was before, the check, too" "$before"
ip link delete s1
