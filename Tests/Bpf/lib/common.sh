# SPDX-License-Identifier: Apache-2.0
# Sourced by every script here: where things are.

BPF_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
REPO=$(cd "$BPF_DIR/../.." && pwd)
# Next to what the VM tests fetch; remove it to fetch again.
CACHE=${TOA_VM_CACHE:-$REPO/.vm}/bpf
BIN=$CACHE/bin

. "$REPO/Tests/lib/say.sh"
