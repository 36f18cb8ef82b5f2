# SPDX-License-Identifier: Apache-2.0
# Shows: after uninstall: every file is what the update of the kernel alone would have left
. "$CASES/lib"
sh "${CASES%/cases}/snapshot.sh" "$STATE/after"
[ -s "$STATE/before" ] || fail "there is no snapshot from before"
# An initramfs carries the times of its files.
without_initramfs() { sed -E 's#^(.* /boot/(initrd\.img|initramfs)-[^ ]*) sha512:.*#\1#' "$1"; }
{ diff "$STATE/before" "$STATE/after" || true; } | grep '^[<>]' | LC_ALL=C sort >changed
without_initramfs changed >found
without_initramfs "${CASES%/cases}/upgraded" >wanted
diff wanted found >difference || true
if [ -s difference ]; then
  cut -c1-200 difference >&3
  cut -c1-200 difference | head -n 60
  fail "difference after uninstall: $(grep -c '^[<>]' difference) lines"
fi
initramfs=/boot/initrd.img-$(uname -r)
[ -e "$initramfs" ] || initramfs=/boot/initramfs-$(uname -r).img
expect 0 lsinitramfs "$initramfs"
# One that was made meanwhile has a copy of all settings in modprobe.d, which without the module do nothing (docs/kernel-updates.md).
if grep -w toa stdout | grep -v 'modprobe.d/toa.conf$'; then fail "the initramfs still has something of toa"; fi
note "difference after uninstall: empty"
