# SPDX-License-Identifier: Apache-2.0
# Shows: 5 times load and unload under traffic, with kretprobes
. "$CASES/lib"
stress_cycles 5 hook=kretprobe
