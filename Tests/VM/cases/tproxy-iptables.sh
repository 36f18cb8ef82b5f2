# SPDX-License-Identifier: Apache-2.0
# Shows: the same through iptables, beside rules of others
. "$CASES/lib-tproxy"
iptables -A INPUT -p tcp --dport 23 -j DROP
ip6tables -t mangle -A PREROUTING -p udp --dport 5001 -j MARK --set-mark 0x20
rules >before 2>&1
make_network
trap remove_network EXIT
expect 0 toa tproxy enable --firewall iptables --port 8000 -y
is_working
client_is_seen
# The unit, in its sandbox, makes it, too.
expect 0 systemctl restart toa-tproxy.service
is_working
client_is_seen
expect 0 toa tproxy disable -y
nothing_is_left before

systemctl disable -q --now haproxy.service nftables.service
# The place where haproxy's unit mounts the journal's socket, which systemd makes.
rm /var/lib/haproxy/dev/log
cp -p "$STATE/haproxy.cfg" /etc/haproxy/haproxy.cfg
cp -p "$STATE/nftables.conf" /etc/nftables.conf
