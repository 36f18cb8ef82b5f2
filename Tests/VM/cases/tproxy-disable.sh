# SPDX-License-Identifier: Apache-2.0
# Shows: and out again: rules and routes are those of the firewall alone
. "$CASES/lib-tproxy"
expect 0 toa tproxy disable -y
nothing_is_left "$STATE/firewall"
if systemctl cat toa-tproxy.service >/dev/null 2>&1; then fail "systemd still knows toa-tproxy.service"; fi
expect 0 systemctl restart nftables.service
nothing_is_left "$STATE/firewall"
expect 0 toa tproxy status
says "off" stdout
