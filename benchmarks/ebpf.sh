#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the eBPF backend costs: per getpeername, per unrelated getsockopt, per connection. Every figure is the median of
# interleaved runs (without, with, with, without), as machines drift; the ratio is the median of the ratios of such pairs.
#
#   ebpf.sh [TOA [ROUNDS]]     (dist/toa, 12)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export ROUNDS=${2:-12}
exec "$here/../Tests/Bpf/run.sh" --toa "${1:-$here/../dist/toa}" "$here/measure-ebpf.sh"
