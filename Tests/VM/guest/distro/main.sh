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

# The harness boots what a boot loader would: the newest kernel that is installed.
newest=$(find /boot -name 'vmlinuz-*' | sed 's#.*/vmlinuz-##' | sort -V | tail -n 1)
echo "$newest" >"$OUT/newest-kernel"
if [ "$newest" != "$(uname -r)" ]; then
  mkdir -p "$OUT/boot"
  initrd=/boot/initrd.img-$newest
  # EL's name.
  [ -e "$initrd" ] || initrd=/boot/initramfs-$newest.img
  cp "/boot/vmlinuz-$newest" "$OUT/boot/"
  cp "$initrd" "$OUT/boot/initrd.img-$newest"
fi

dmesg >"$OUT/dmesg"
journalctl -b --no-pager >"$OUT/journal" 2>&1
echo "passed=$passed failed=$failed" >"$OUT/ended"
tar cf /dev/disk/by-id/virtio-out -C /var/tmp/toa-vm .
sync
echo "TOA-VM-END passed=$passed failed=$failed"
sleep 0.2
end() {
  # A locked-down kernel refuses debug-exit its port: the files on the disk say how it ended.
  if grep -qE '\[(integrity|confidentiality)\]' /sys/kernel/security/lockdown; then poweroff -f; fi
  debug-exit "$1"
}
if [ "$failed" != 0 ]; then end 43; fi
if [ "$LAST" = yes ]; then end 42; fi
echo "TOA-VM-REBOOT"
systemctl reboot
