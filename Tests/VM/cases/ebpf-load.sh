# SPDX-License-Identifier: Apache-2.0
# Shows: toa load --backend ebpf
. "$CASES/lib-ebpf"
not_loaded toa
nothing_is_left
# Kept for ebpf-unload: all of this must be as before.
mounts >mounts
bpf-objects >objects
expect 0 toa load --backend ebpf
backend_is ebpf
find_generation
is_pinned sockops getpeername4 getpeername6
[ ! -e "$PINS/$generation/getsockopt" ] || fail "getsockopt is hooked, and nobody asked for it"
ours >loaded
[ "$(grep -c '^link' loaded)" = 3 ] || fail "not three links: $(tr '\n' ';' <loaded)"
# A second load changes nothing: the same generation, the same programs and links.
expect 0 toa load --backend ebpf
ours >again
cmp loaded again || fail "loaded again, and the kernel has other objects: $(tr '\n' ';' <again)"
loaded=$generation
find_generation
[ "$generation" = "$loaded" ] || fail "loaded again, and generation $loaded is now $generation"
not_loaded toa
