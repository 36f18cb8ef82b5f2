# SPDX-License-Identifier: Apache-2.0
# Shows: toa doctor, with eBPF at work
. "$CASES/lib-ebpf"
backend_is ebpf
show toa doctor
expect 0 toa doctor --json
cp stdout doctor.json
says '"group" : "BPF"' doctor.json
