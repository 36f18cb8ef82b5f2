# SPDX-License-Identifier: Apache-2.0
# A case of the guest that module.sh boots: /bench/variants has three lines for each variant, the words of module-cost.
cd /bench
set --
while read -r word; do set -- "$@" "$word"; done <variants
module-cost "$(cat rounds)" "$@" >"$OUT/cost" || { tail -n 1 "$OUT/cost"; exit 1; }
