# SPDX-License-Identifier: Apache-2.0
# Shows: without a key that the kernel trusts no module is loaded, and toa says so before it changes anything
. "$CASES/lib"
JOB=${CASES%/cases}
if insmod "$JOB/other-toa/toa.ko" >stdout 2>stderr; then fail "a module that nobody signed was loaded"; fi
says "Key was rejected by service" stderr

# No key at all.
expect 12 toa install --backend module -y
says "toa sign --make-key" stderr
[ ! -e /var/lib/toa ] || fail "a refused installation left $(find /var/lib/toa | tr '\n' ' ')"

# A key that this firmware has never seen.
cp "$JOB/other-toa/toa.ko" signed.ko
expect 0 toa sign --key "$JOB/strangers-keys/toa.key" --cert "$JOB/strangers-keys/toa.der" signed.ko
says "does not know this key" stderr
says "mokutil --import" stderr
if insmod signed.ko >stdout 2>stderr; then fail "a module that a stranger signed was loaded"; fi
says "Key was rejected by service" stderr
expect 12 toa install --backend module -y --sign-key "$JOB/strangers-keys/toa.key" --sign-cert "$JOB/strangers-keys/toa.der"
says "mokutil --import" stderr
[ ! -e /var/lib/toa ] || fail "a refused installation left $(find /var/lib/toa | tr '\n' ' ')"
expect 0 toa doctor --only SIG03 --json
says "locked down (integrity)" stdout
not_loaded toa
