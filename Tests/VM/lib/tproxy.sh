# SPDX-License-Identifier: Apache-2.0
# Sourced by the cases of a transparent proxy: a client and a server in namespaces of their own, and HAProxy between them on this host.
. "$CASES/lib"

CLIENT4=10.86.1.2 CLIENT6=fd86:1::2

# make_network: both namespaces hang on this host, which does not forward.
make_network() {
  number=1
  for name in client server; do
    ip netns add $name
    ip link add to-$name type veth peer name eth0 netns $name
    ip -n $name link set lo up
    # Neighbours are asked from link-local addresses, which otherwise come some seconds later.
    sysctl -qw net.ipv6.conf.to-$name.accept_dad=0
    ip netns exec $name sysctl -qw net.ipv6.conf.eth0.accept_dad=0
    for family in 10.86.$number./24 fd86:$number::/64; do
      prefix=${family%/*} bits=${family#*/} nodad=""
      case $prefix in *:) nodad=nodad ;; esac
      ip addr add "${prefix}1/$bits" dev to-$name $nodad
      ip -n $name addr add "${prefix}2/$bits" dev eth0 $nodad
      ip link set to-$name up
      ip -n $name link set eth0 up
      ip -n $name route add default via "${prefix}1"
    done
    number=2
  done
  # The server says to whom it answers.
  ip netns exec server who-server 4:8000 6only:8000 >ready 2>&1 &
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    ! grep -q ready ready || return 0
    sleep 0.2
  done
  fail "there is no server: $(cat ready)"
}

remove_network() {
  for name in client server; do
    ip netns pids $name | xargs -r kill
    ip netns del $name
    ip link del to-$name 2>/dev/null || true
  done
}

# proxy_settings: HAProxy as Debian's unit starts it, which has no rights of root in the end.
proxy_settings() {
  cat <<'SETTINGS'
global
  user haproxy
  group haproxy
  setcap cap_net_raw
defaults
  mode tcp
  retries 0
  timeout connect 3s
  timeout client 10s
  timeout server 10s
  source 0.0.0.0 usesrc clientip
listen four
  bind *:80
  server server 10.86.2.2:8000
listen six
  bind :::80 v6only
  server server [fd86:2::2]:8000
SETTINGS
}

# seen ADDRESS: whom the server sees when the client connects to the proxy there; nothing when no answer came.
seen() {
  # shellcheck disable=SC2016
  timeout 10 ip netns exec client bash -c 'exec 3<>"/dev/tcp/$0/80" && echo who >&3 && read -r line <&3 && echo "$line"' "$1" || true
}

# client_is_seen: with its own address, through the proxy.
client_is_seen() {
  answer=$(seen 10.86.1.1)
  case $answer in "$CLIENT4:"*" $CLIENT4:"*) ;; *) fail "the server saw '$answer', not $CLIENT4" ;; esac
  answer=$(seen fd86:1::1)
  case $answer in "[$CLIENT6]:"*" [$CLIENT6]:"*) ;; *) fail "the server saw '$answer', not $CLIENT6" ;; esac
}

# rules: all that packet filter and routing hold.
rules() {
  nft list ruleset
  for family in -4 -6; do
    ip $family -details rule
    # A table without routes may exist or not.
    ip $family route show table 862 2>/dev/null || true
  done
}

# nothing_is_left: everything is as the file says that 'rules' wrote.
nothing_is_left() {
  rules >left 2>&1
  cmp "$1" left || fail "other rules than before: $(diff "$1" left | grep '^[<>]' | tr '\n' ';')"
  [ ! -e /run/toa-tproxy.json ] || fail "/run/toa-tproxy.json is left"
}

# firewall_rules: what a host that runs nothing but its nftables.service has.
firewall_rules() {
  # shellcheck disable=SC2016
  unshare --net sh -euc '. "$0"; ip link set lo up; nft -f /etc/nftables.conf; rules' "$CASES/lib-tproxy" 2>&1
}

# is_working: what toa says of it, and the unit.
is_working() {
  # A job that follows another one may still run.
  for _ in $(seq 50); do
    systemctl list-jobs --no-legend >running
    grep -q toa-tproxy running || break
    sleep 0.2
  done
  expect 0 toa tproxy status --json
  says '"state" : "working"' stdout
  systemctl is-active --quiet toa-tproxy.service ||
    fail "toa-tproxy.service is not active: $(systemctl status --no-pager toa-tproxy.service 2>&1 | tail -n 8 | tr '\n' ';')"
}
