# SPDX-License-Identifier: Apache-2.0
# Shows: toa doctor has nothing to complain of, and names the key
. "$CASES/lib"
expect 0 toa doctor
expect 0 toa doctor --only SIG --json
cp stdout sig.json
for id in SIG05 SIG06 SIG07; do
  grep -A 8 "\"id\" : \"$id\"" sig.json | grep -qF '"status" : "ok"' || grep -B 8 -A 8 "\"id\" : \"$id\"" sig.json | grep -qF '"status" : "ok"' || fail "$id is not ok: $(cat sig.json)"
done
expect 0 toa sign --json
says '"standing" : "trusted"' stdout
says '"changed" : false' stdout
