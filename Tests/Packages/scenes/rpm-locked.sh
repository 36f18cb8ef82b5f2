# SPDX-License-Identifier: Apache-2.0
# rpm-locked.sh KERNEL: an rpm that is at work holds its lock, which toa sees without disturbing it, and sees go.
. /mnt/scenes/lib.sh
. /mnt/scenes/rpm-host.sh
become_rpm_host "$1"
lock() {
  succeeds /mnt/toa doctor --only ENV08 --json
  grep -qF -- "$1" /tmp/said || { cat /tmp/said; fail "doctor does not say '$1'"; }
}
lock free
# shellcheck disable=SC2016
stub slow 1 1 noarch '%pre' 'touch /tmp/started' 'for i in $(seq 600); do [ ! -e /tmp/go ] || exit 0; sleep 0.1; done'
rpm -i --force-debian /tmp/stub/slow.rpm >/tmp/rpm.log 2>&1 &
rpm=$!
for _ in $(seq 300); do [ ! -e /tmp/started ] || break; sleep 0.1; done
[ -e /tmp/started ] || fail "rpm did not come to the package's script: $(cat /tmp/rpm.log)"
lock 'a package manager is at work; toa install would have to wait'
lock '/var/lib/rpm/.rpm.lock is locked'
# A question reads the database, and keeps nobody away.
succeeds rpm -q kernel-core
touch /tmp/go
wait "$rpm" || fail "the rpm that was at work: $(cat /tmp/rpm.log)"
lock free
succeeds rpm -e --force-debian slow
