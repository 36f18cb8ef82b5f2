# SPDX-License-Identifier: Apache-2.0
# Shows: the kernel is locked down and takes no unsigned module
. "$CASES/lib"
mode=$(sed -nE 's/.*\blockdown=([a-z]+).*/\1/p' /proc/cmdline)
[ -n "$mode" ] || fail "this case needs lockdown=... on the kernel's command line"
grep -qF "[$mode]" /sys/kernel/security/lockdown || fail "lockdown reads $(cat /sys/kernel/security/lockdown), not [$mode]"
other=/other/toa.ko
[ -e $other ] || other=${CASES%/cases}/other-toa/toa.ko
if insmod "$other" >stdout 2>stderr; then fail "a module that nobody signed was loaded"; fi
# Not asked of the kernel log, which leaves out some of the many refusals at boot. A kernel that only wants signatures says
# something else.
says "Operation not permitted" stderr
not_loaded toa
