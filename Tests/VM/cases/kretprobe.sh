# SPDX-License-Identifier: Apache-2.0
# Shows: the fallback hook passes the same self-test
. "$CASES/lib"
insmod "/lib/modules/$(uname -r)/updates/toa.ko" hook=kretprobe
[ "$(cat /sys/module/toa/parameters/hook)" = kretprobe ] || fail "hook reads $(cat /sys/module/toa/parameters/hook)"
expect 0 toa selftest --json
# These kernels could do better, and doctor says so.
expect 0 toa doctor --only MOD20
says "although this kernel has redirection" stdout
says "toa unload && toa load" stdout
expect 0 toa unload
