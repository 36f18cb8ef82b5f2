# SPDX-License-Identifier: Apache-2.0
# Sourced by the cases of transparent proxying: this host's own HAProxy between two networks.
#
#   client  10.30.0.2 fd30::2 --- stage 10.30.0.1 fd30::1, HAProxy, 10.40.0.1 fd40::1 --- server 10.40.0.2 fd40::2
#
# The server's way back to clients is through the stage, as it has to be.

. "$BPF_DIR/lib/fetch.sh"

# namespace NAME: a network namespace that lives as long as its process, whose number is in the variable NAME.
namespace() {
  unshare --net sleep 1000 >/dev/null 2>&1 &
  printf -v "$1" %s $!
  for _ in $(seq 100); do
    [ "$(readlink "/proc/$!/ns/net")" = "$(readlink /proc/$$/ns/net)" ] || return 0
    sleep 0.02
  done
  die "no network namespace for $1"
}

inside() { # NAME COMMAND...: COMMAND in that namespace
  local pid=${!1}
  shift
  nsenter --net="/proc/$pid/ns/net" "$@"
}

# link NAME DEVICE-HERE NETWORK: a pair of devices between the stage and that namespace
link() {
  ip link add "$2" type veth peer name eth0 netns "${!1}"
  ip address add "10.$3.0.1/24" dev "$2"
  ip address add "fd$3::1/64" dev "$2" nodad
  # Neighbours are asked from link-local addresses, which otherwise come some seconds later.
  sysctl -qw "net.ipv6.conf.$2.accept_dad=0"
  ip link set "$2" up
  inside "$1" ip link set lo up
  inside "$1" ip address add "10.$3.0.2/24" dev eth0
  inside "$1" ip address add "fd$3::2/64" dev eth0 nodad
  inside "$1" sysctl -qw net.ipv6.conf.eth0.accept_dad=0
  inside "$1" ip link set eth0 up
  inside "$1" ip route add default via "10.$3.0.1"
  inside "$1" ip -6 route add default via "fd$3::1"
}

# Neither the host's packages nor what toa keeps on the host is seen, and nothing is written there.
hide_host() {
  mount -t tmpfs -o mode=755 tmpfs /var/lib
  trap 'umount /var/lib' EXIT
}

stop_transparent() {
  umount /var/lib
  # shellcheck disable=SC2086,SC2154
  kill $haproxy $server_program "$client" "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  ip link delete c0 2>/dev/null || true
  ip link delete s0 2>/dev/null || true
}

start_transparent() {
  client='' server='' haproxy='' server_program=''
  hide_host
  trap stop_transparent EXIT
  namespace client
  namespace server
  link client c0 30
  link server s0 40
  inside server /usr/bin/python3 "$BPF_DIR/servers/transparent.py" 10.40.0.2 fd40::2 8080 8081 8090:proxy >"$WORK/server.log" 2>&1 &
  server_program=$!
  wait_for "$WORK/server.log" '^ready'
  in_cgroup server env LD_LIBRARY_PATH="$(libraries_of haproxy)" \
    "$CACHE/haproxy/usr/sbin/haproxy" -db -f "$BPF_DIR/servers/haproxy.cfg" >"$WORK/haproxy.log" 2>&1 &
  haproxy=$!
  for _ in $(seq 100); do
    ! inside client bash -c 'exec 3<>/dev/tcp/10.30.0.1/90' 2>/dev/null || return 0
    sleep 0.05
  done
  die "HAProxy does not listen: $(cat "$WORK/haproxy.log")"
}

# through ADDRESS PORT: the client as the server sees it behind HAProxy, when an answer comes back; else "nothing".
through() {
  local answer
  # shellcheck disable=SC2016
  answer=$(inside client timeout 10 bash -c 'exec 3<>"/dev/tcp/$1/$2" && echo hello >&3 && IFS= read -r line <&3 && echo "$line"' \
    ask "$1" "$2" 2>/dev/null || true)
  echo "${answer:-nothing}"
}

SEEN="10.30.0.2 hello, fd30::2 hello"
# both_ways: by IPv4 and by IPv6
both_ways() { echo "$(through 10.30.0.1 80), $(through fd30::1 80)"; }

# Everything that toa could have touched, byte by byte; counters of packets are not rules.
rule_set() {
  nft list ruleset | sed 's/counter packets [0-9]* bytes [0-9]*/counter/'
  iptables-save | grep -v '^#' | sed 's/\[[0-9:]*\]$//'
  ip6tables-save | grep -v '^#' | sed 's/\[[0-9:]*\]$//'
  ip rule show
  ip -6 rule show
  ip route show table all
  ip -6 route show table all
  grep . /proc/sys/net/ipv4/conf/*/rp_filter
  cat /proc/net/ip_tables_names /proc/net/ip6_tables_names
} 2>/dev/null

# unchanged NAME RULES: that the rule set is still, or again, what it was.
unchanged() {
  local now
  now=$(rule_set)
  if [ "$now" = "$2" ]; then pass "$1"; else flunk "$1" "$(diff <(echo "$2") <(echo "$now") | grep '^[<>]')"; fi
}

# What an operator has there already, also a hand-written diversion of its own.
foreign_rules() {
  nft -f - <<'RULES'
table inet firewall {
  set blocked { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.7 }; }
  chain input {
    type filter hook input priority 0; policy accept;
    ip saddr @blocked drop
    tcp dport 9999 reject
  }
  chain marks {
    type filter hook prerouting priority -150; policy accept;
    ip saddr 192.0.2.0/24 meta mark set 0x00000001
  }
}
RULES
  iptables -t nat -A PREROUTING -p tcp --dport 8443 -j REDIRECT --to-ports 443
  iptables -t mangle -N DIVERT
  iptables -t mangle -A DIVERT -j MARK --set-mark 2
  iptables -t mangle -A DIVERT -j ACCEPT
  iptables -t mangle -A PREROUTING -p udp -m socket -j DIVERT
  ip6tables -t filter -A FORWARD -p tcp --dport 25 -j DROP
  ip rule add pref 100 fwmark 2 lookup 100
  ip route add local default dev lo table 100
}

remove_foreign_rules() {
  nft flush ruleset
  ip rule delete pref 100
  ip route flush table 100
}

# What toa leaves where it keeps something.
left() { find /var/lib/toa /run/toa-tproxy.json 2>/dev/null || true; }
tproxy() { "$TOA" tproxy "$@" >"$WORK/tproxy.out" 2>"$WORK/tproxy.err"; }
# state_word: what status --json says
state_word() { "$TOA" tproxy status --json | sed -n 's/.*"state" : "\(.*\)".*/\1/p'; }
# doctor_says ID: what doctor says of one check: "error: what it saw -> the first command that mends it"
doctor_says() {
  # What is looked at are HAProxy's configuration, its processes and the kernel; doctor's exit status follows from it.
  "$TOA" doctor -q --json --only "$1" --fail-on never | /usr/bin/python3 -c '
import json, sys
one = next(one for one in json.load(sys.stdin)["findings"] if one["id"] == sys.argv[1])
print("%s: %s" % (one["status"], one["observed"]), *one["fix"][:1], sep=" -> ")' "$1"
}
# exit_of COMMAND...
exit_of() {
  local status=0
  "$@" || status=$?
  echo "$status"
}
