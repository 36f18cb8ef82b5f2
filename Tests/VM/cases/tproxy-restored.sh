# SPDX-License-Identifier: Apache-2.0
# Shows: after the reboot, the rules were there before the network and HAProxy, and after the firewall
. "$CASES/lib-tproxy"

# active UNIT: microseconds of this boot until it was active
active() {
  time=$(systemctl show -p ActiveEnterTimestampMonotonic --value "$1")
  [ "${time:-0}" -gt 0 ] || fail "$1 is not active: $(systemctl status --no-pager "$1" 2>&1 | head -n 12 | tr '\n' ';')"
  echo "$time"
}

journalctl -b --no-pager -u toa-tproxy.service
# A reload makes a unit active anew: its program ended when it was for the first time.
active toa-tproxy.service
restored=$(systemctl show -p ExecMainExitTimestampMonotonic --value toa-tproxy.service)
[ "$(active nftables.service)" -lt "$restored" ] || fail "the firewall was active after toa-tproxy.service"
for unit in network-pre.target haproxy.service multi-user.target; do
  [ "$(active $unit)" -gt "$restored" ] || fail "$unit was active before toa-tproxy.service"
done
is_working
make_network
trap remove_network EXIT
client_is_seen
note "the server sees $CLIENT4 and $CLIENT6 after the reboot"
expect 0 toa tproxy selftest
