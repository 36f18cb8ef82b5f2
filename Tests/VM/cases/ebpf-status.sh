# SPDX-License-Identifier: Apache-2.0
# Shows: toa status, with eBPF at work
. "$CASES/lib-ebpf"
backend_is ebpf
says '"working"' stdout
expect 0 toa status
# Only the module writes into the kernel's log.
expect 77 toa debug on
says "eBPF is at work" stderr
