# SPDX-License-Identifier: Apache-2.0
# Shows: with the enrolled key toa install signs, loads and proves
. "$CASES/lib"
JOB=${CASES%/cases}
mkdir -p /var/lib/toa
cp -rp "$JOB/keys" /var/lib/toa/keys
chmod 700 /var/lib/toa/keys
chmod 600 /var/lib/toa/keys/toa.key
# The same module as the stranger's: it is the key that makes the difference.
cp "$JOB/other-toa/toa.ko" signed.ko
expect 0 toa sign signed.ko
says "trusts this key" stderr
expect 0 insmod signed.ko
is_loaded toa
expect 0 rmmod toa

expect 0 toa install --backend module -y
is_loaded toa
kernel_says "TOA: toa load success"
says "sign-file" stderr
signer=$(modinfo -F signer toa)
[ -n "$signer" ] || fail "modinfo shows no signer"
expect 0 toa selftest
# A second run finds everything as it should be.
expect 0 toa install --backend module -y --json
says '"changed" : false' stdout
