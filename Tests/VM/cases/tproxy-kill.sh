# SPDX-License-Identifier: Apache-2.0
# Shows: toa tproxy enable and disable, killed in the middle and started again, beside rules of others
. "$CASES/lib-tproxy"
nft -f - <<'NFT'
table inet other {
  chain early {
    type filter hook prerouting priority mangle; policy accept;
    udp dport 5000 meta mark set 0x10 comment "of somebody else"
  }
}
NFT
iptables -A INPUT -p tcp --dport 23 -j DROP
ip6tables -t mangle -A PREROUTING -p udp --dport 5001 -j MARK --set-mark 0x20
for family in -4 -6; do ip $family rule add pref 500 fwmark 0x10/0x10 lookup 100; done
rules >"$STATE/rules" 2>&1
cat "$STATE/rules"

expect 0 toa tproxy enable --dry-run
steps=$(grep -cE '^[0-9]+\. ' stdout)
[ "$steps" -ge 4 ] || fail "the dry run shows $steps steps"
# With the package in place, and with the rules; unit tests and Tests/Bpf kill everywhere else. Each run first undoes what the last one left.
for step in 2 $((steps - 1)); do killed_after done "$step" toa tproxy enable -y; done
expect 0 toa tproxy enable -y
cat stdout stderr | grep -qiE 'interrupted|nothing to change' || fail "it does not say that it found an interrupted one"
is_working
# With the unit stopped, and with the rules gone: each run goes on where the last one was.
for _ in 1 2; do killed_after undone 1 toa tproxy disable -y; done
expect 0 toa tproxy disable -y
nothing_is_left "$STATE/rules"
