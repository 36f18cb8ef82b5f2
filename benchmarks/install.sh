#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How long `toa install`, self-test included, takes beside `dkms install` of the same source, in a Debian 13 guest: medians of a few
# rounds, each in a guest of its own. Fails when a round had toa the slower one.
#
#   install.sh [TOA [ROUNDS]]     (dist/toa, 3)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../Tests/VM/lib/common.sh"
log=$CACHE/run/story-install/out/stage-1/no-slower-than-dkms/log
toa=() dkms=()
for _ in $(seq "${2:-3}"); do
  "$VM_DIR/story.sh" --toa "${1:-$REPO/dist/toa}" "$here/install.story"
  read -r one other < <(sed -nE 's/^toa install: ([0-9.]+) s, dkms install: ([0-9.]+) s$/\1 \2/p' "$log")
  toa+=("$one") dkms+=("$other")
done
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
echo "toa install $(median "${toa[@]}") s, dkms install $(median "${dkms[@]}") s, medians of ${#toa[@]}"
