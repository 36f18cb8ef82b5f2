# SPDX-License-Identifier: Apache-2.0
# The job inside the distribution guest: runs one stage of a story, then asks for the reboot or ends the machine.
# job.env says: STAGE, LAST (yes|no), DEMO, COLUMNS.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
JOB=/var/tmp/job
. "$JOB/job.env"
export CASES=$JOB/cases OUT=/var/tmp/toa-vm/stage-$STAGE STATE=/var/tmp/toa-vm/state DEMO
export PATH=$JOB/bin:$PATH
mkdir -p "$OUT" "$STATE"
cd /
dmesg -n 4
if [ -n "$DEMO" ]; then
  stty -F /dev/ttyS0 cols "$COLUMNS" rows 50
  export TERM=xterm-256color
else
  export TERM=dumb
fi

echo "TOA-VM-BEGIN $(uname -r) stage $STAGE"
. "$JOB/run-cases.sh"
while read -r name; do run_case "$name" </dev/null; done <"$CASES/list"

dmesg >"$OUT/dmesg"
journalctl -b --no-pager >"$OUT/journal" 2>&1
tar cf /dev/disk/by-id/virtio-out -C /var/tmp/toa-vm .
sync
echo "TOA-VM-END passed=$passed failed=$failed"
sleep 0.2
if [ "$failed" != 0 ]; then debug-exit 43; fi
if [ "$LAST" = yes ]; then debug-exit 42; fi
echo "TOA-VM-REBOOT"
systemctl reboot
