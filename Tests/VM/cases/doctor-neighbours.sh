# SPDX-License-Identifier: Apache-2.0
# Shows: toa doctor beside modules that own a socket call or a function
. "$CASES/lib"
insmod /other/claimer.ko
expect 0 toa load --backend module
[ "$(cat /sys/module/toa/parameters/getsockopt)" = 4096 ] || fail "answered: $(cat /sys/module/toa/parameters/getsockopt)"
expect 0 toa doctor --only MOD17
says "1345 belongs to another module" stdout
says "toa install --profile default,-1345" stdout
# The self-test does not ask for what somebody else answers.
expect 0 toa selftest --json
[ "$(grep -c '"getsockopt 1345 is not answered"' stdout)" = 2 ] || fail "not two cases are left out: $(grep skipped stdout)"
expect 0 toa load --profile default,-1345
expect 0 toa doctor --only MOD17
says "4096 answered" stdout
rmmod claimer
expect 0 toa unload
expect 0 toa load --backend module
expect 0 toa doctor --only MOD17
says "4096 and 1345 answered" stdout
expect 0 toa unload

insmod /other/blocker.ko
expect 0 toa load --backend module
kernel_says "kretprobes instead of redirection"
expect 0 toa doctor --only MOD20
says "although this kernel has redirection" stdout
says "dmesg | grep 'TOA: kretprobes'" stdout
rmmod blocker
expect 0 toa unload
expect 0 toa load --backend module
expect 0 toa doctor --only MOD20
says "ftrace" stdout
expect 0 toa unload
