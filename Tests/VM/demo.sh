#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The whole story, live: a bare Debian 12, 'toa install', a reboot, the client's address still there, 'toa uninstall',
# and the file system compared with what it was.
#
#   demo.sh [--toa FILE]
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
need_root
"$VM_DIR/setup.sh"
if [ -t 1 ]; then COLUMNS=$(stty size </dev/tty 2>/dev/null | cut -d' ' -f2 || echo 100); else COLUMNS=100; fi
export COLUMNS
exec "$VM_DIR/story.sh" --demo "$@" main
