# SPDX-License-Identifier: Apache-2.0
# Shows: no kretprobes with PREEMPT_RT, where their handlers must not allocate
. "$CASES/lib"
grep -qx 'CONFIG_PREEMPT_RT=y' "/boot/config-$(uname -r)" || fail "this case needs a kernel with PREEMPT_RT"
if insmod "/lib/modules/$(uname -r)/updates/toa.ko" hook=kretprobe 2>stderr; then fail "loaded with kretprobes"; fi
kernel_says "TOA: cannot set kretprobes: -95"
not_loaded toa
for name in toa_stats toa_table; do
  [ ! -e /proc/net/$name ] || fail "/proc/net/$name is left behind"
done
