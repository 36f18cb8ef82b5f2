# SPDX-License-Identifier: Apache-2.0
# Shows: HAProxy connects with its client's address: without the rules no answer comes back, with them the server sees the client
. "$CASES/lib-tproxy"
cp -p /etc/haproxy/haproxy.cfg "$STATE/haproxy.cfg"
proxy_settings >/etc/haproxy/haproxy.cfg
expect 0 systemctl enable --now haproxy.service
make_network
trap remove_network EXIT
for address in 10.86.1.1 fd86:1::1; do
  [ -z "$(seen $address)" ] || fail "an answer came back without any rule: $(seen $address)"
done
expect 0 toa tproxy enable -y
is_working
client_is_seen
note "the server sees $CLIENT4 and $CLIENT6"
expect 0 toa tproxy selftest
expect 0 toa tproxy enable -y
says "nothing to change" stderr
