# SPDX-License-Identifier: Apache-2.0
# Shows: remember what is mounted
. "$CASES/lib-ebpf"
mounts >"$STATE/mounts"
nothing_is_left
