# SPDX-License-Identifier: Apache-2.0
# Shows: the fallback hook passes the same self-test
. "$CASES/lib"
insmod "/lib/modules/$(uname -r)/updates/toa.ko" hook=kretprobe
[ "$(cat /sys/module/toa/parameters/hook)" = kretprobe ] || fail "hook reads $(cat /sys/module/toa/parameters/hook)"
expect 0 toa selftest --json
expect 0 toa unload
