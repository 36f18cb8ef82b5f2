# SPDX-License-Identifier: Apache-2.0
# Shows: systemd-networkd, which takes away rules of routing that are not its own, started, restarted, told to configure a device anew
. "$CASES/lib-tproxy"
make_network
trap 'systemctl stop systemd-networkd.service systemd-networkd.socket; rm -r /run/systemd/network; remove_network' EXIT
mkdir -p /run/systemd/network
cat >/run/systemd/network/10-to-server.network <<'NETWORK'
[Match]
Name=to-server
[Network]
Address=10.86.2.1/24
Address=fd86:2::1/64
LinkLocalAddressing=ipv6
IPv6AcceptRA=no
IPv6DuplicateAddressDetection=0
NETWORK

# takes_rules_away COMMAND...: that of somebody else goes, ours stay.
takes_rules_away() {
  ip rule add pref 500 fwmark 0x10/0x10 lookup 100
  expect 0 "$@"
  for _ in $(seq 50); do
    ip rule >left
    grep -q '^500:' left || break
    sleep 0.2
  done
  if grep -q '^500:' left; then fail "systemd-networkd leaves rules alone: nothing is shown"; fi
  is_working
  # It takes the device's addresses away, too, and gives them back.
  for _ in 1 2 3 4 5; do
    ! (client_is_seen) || return 0
    sleep 1
  done
  client_is_seen
}

takes_rules_away systemctl start systemd-networkd.service
takes_rules_away systemctl restart systemd-networkd.service
takes_rules_away networkctl reconfigure to-server
