# SPDX-License-Identifier: Apache-2.0
# Shows: the firewall of the host, which empties the packet filter, started, restarted, reloaded: the rules come back with it
. "$CASES/lib-tproxy"
cp -p /etc/nftables.conf "$STATE/nftables.conf"
cat >/etc/nftables.conf <<'NFT'
#!/usr/sbin/nft -f
flush ruleset

table inet filter {
  chain input {
    type filter hook input priority filter; policy accept;
    tcp dport 23 drop
  }
}
NFT
# The rules of the case before go with the packet filter, as they would on any host.
for family in -4 -6; do ip $family rule del pref 500; done
firewall_rules >"$STATE/firewall"
cat "$STATE/firewall"
make_network
trap remove_network EXIT
systemctl enable -q nftables.service

# comes_back: all that toa made, and nothing else is there but what the firewall's file says.
comes_back() {
  is_working
  client_is_seen
  nft list ruleset | sed '/^table inet toa_tproxy {/,/^}/d' >others
  grep -v -e '^[0-9]*:' -e '^local ' "$STATE/firewall" | cmp - others || fail "other rules than the firewall's: $(tr '\n' ';' <others)"
  count=$(nft list ruleset | grep -c 'socket transparent')
  [ "$count" = 1 ] || fail "there are $count rules of toa"
}

for verb in start restart reload; do
  expect 0 systemctl $verb nftables.service
  comes_back
done
expect 0 systemctl stop nftables.service
[ -z "$(nft list ruleset)" ] || fail "a stopped firewall leaves $(nft list ruleset | head -n 3)"
expect 0 toa tproxy status
says "next: systemctl restart toa-tproxy.service" stdout
expect 0 systemctl restart toa-tproxy.service
is_working
client_is_seen
expect 0 systemctl start nftables.service
comes_back
journalctl -b --no-pager -u toa-tproxy.service
