# SPDX-License-Identifier: Apache-2.0
# Shows: after the reboot, TOA was there before the first service
. "$CASES/lib-ebpf"

# active UNIT: microseconds of this boot until it was active
active() {
  time=$(systemctl show -p ActiveEnterTimestampMonotonic --value "$1")
  [ "${time:-0}" -gt 0 ] || fail "$1 is not active: $(systemctl status --no-pager "$1" 2>&1 | head -n 12 | tr '\n' ';')"
  echo "$time"
}

systemctl is-active toa-ebpf.service
journalctl -b --no-pager -u toa-ebpf.service -u early.service || true
restored=$(active toa-ebpf.service)
for unit in sysinit.target sockets.target basic.target early.service multi-user.target; do
  later=$(active $unit)
  echo "$unit $((later - restored)) us after toa-ebpf.service"
  [ "$later" -gt "$restored" ] || fail "$unit was active before toa-ebpf.service"
done
# And every ordinary socket and service; those of systemd that come before sysinit.target say so themselves.
systemctl list-units --type=socket,service --state=active --plain --no-legend | awk '{ print $1 }' >units
grep -qx dbus.socket units || fail "dbus.socket is not among the units: $(tr '\n' ' ' <units)"
# shellcheck disable=SC2046
systemctl show -p Id -p DefaultDependencies -p ActiveEnterTimestampMonotonic $(cat units) |
  awk -F= -v restored="$restored" '{ value[$1] = $2 } !NF { check() } END { check() }
    function check() {
      if (value["DefaultDependencies"] == "yes") {
        count++
        if (value["ActiveEnterTimestampMonotonic"] <= restored + 0) print value["Id"] " was active before toa-ebpf.service"
      }
      split("", value)
    }
    END { if (count < 3) print "only " count + 0 " units were compared" }' >early
[ ! -s early ] || fail "$(tr '\n' ';' <early)"
backend_is ebpf
not_loaded toa
cat "$STATE/early"
[ "$(cat "$STATE/early")" = "accept 1.2.3.4:12345 getpeername 1.2.3.4:12345" ] || fail "the first service saw $(cat "$STATE/early")"
note "client address seen by the first service after reboot"
