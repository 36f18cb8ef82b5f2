# SPDX-License-Identifier: Apache-2.0
# Shows: one command where the module cannot be: eBPF, and why
. "$CASES/lib-ebpf"
# The obstacle: lockdown, or else the missing compiler or headers.
if grep -q 'lockdown=' /proc/cmdline; then obstacle='lockdown|locked down|signed|signature'; else obstacle='gcc|compiler|headers'; fi
expect 0 toa install -y
# Said before the plan and in the end, with the same words.
cat stdout stderr | sed -nE 's/^ *(backend *)?(eBPF, because .*)/\2/p' | sort -u >why
[ "$(wc -l <why)" = 1 ] || fail "not one line says why it is eBPF: $(tr '\n' ';' <why)"
grep -qiE "$obstacle" why || fail "'$(cat why)' does not say $obstacle"
note "$(cat why)"
backend_is ebpf
not_loaded toa
