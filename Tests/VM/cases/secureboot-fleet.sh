# SPDX-License-Identifier: Apache-2.0
# Shows: a module that was signed where it was built is taken as it is, and this host needs no key; a stranger's is refused early
. "$CASES/lib"
JOB=${CASES%/cases}
place=$(uname -r)/$(uname -m)
expect 0 toa build --layout --out "$PWD/fleet" --sign-key "$JOB/keys/toa.key" --sign-cert "$JOB/keys/toa.der"
says '"signer" : "' "fleet/$place/toa.ko.json"
[ ! -e /var/lib/toa ] || fail "a build left $(find /var/lib/toa | tr '\n' ' ')"

# Signed again with another key, the manifest speaks of that one.
cp -r fleet strangers
expect 0 toa sign --key "$JOB/strangers-keys/toa.key" --cert "$JOB/strangers-keys/toa.der" "strangers/$place/toa.ko"
expect 12 toa install --backend module -y --from "$PWD/strangers" --from-only
says "does not trust the key with which the module" stderr
[ ! -e /var/lib/toa ] || fail "a refused installation left $(find /var/lib/toa | tr '\n' ' ')"

expect 0 toa install --backend module -y --from "$PWD/fleet" --from-only
is_loaded toa
[ ! -e /var/lib/toa/keys ] || fail "there is a key on this host"
[ -n "$(modinfo -F signer toa)" ] || fail "modinfo shows no signer"
expect 0 toa install --backend module -y --from "$PWD/fleet" --from-only --json
says '"changed" : false' stdout
expect 0 toa uninstall -y
not_loaded toa
