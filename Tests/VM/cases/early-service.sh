# SPDX-License-Identifier: Apache-2.0
# Shows: a server that is the first service of every boot
. "$CASES/lib"
mkdir -p "$STATE/bin"
cp "$(command -v early)" "$STATE/bin/early"
cat >/etc/systemd/system/early.service <<UNIT
[Unit]
Description=The first service of a boot, behind a load balancer
DefaultDependencies=no
After=sysinit.target
Before=basic.target sockets.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=/sbin/modprobe tun
ExecStart=$STATE/bin/early
StandardOutput=file:$STATE/early
[Install]
WantedBy=basic.target
UNIT
systemctl -q enable early.service
# Without TOA it sees the load balancer.
status=0
early >seen || status=$?
cat seen
[ $status = 1 ] || fail "the server ends with $status without TOA: $(cat seen)"
says "accept 10.9.0.2:" seen
