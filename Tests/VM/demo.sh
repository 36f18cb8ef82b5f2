#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The whole story, live: a bare Debian 12, 'toa install', a new kernel, a reboot into it, the client's address still there, 'toa
# uninstall', and the file system compared with what it would be.
#
#   demo.sh [--toa FILE]
set -euo pipefail
. "$(dirname "$0")/lib/common.sh"
need_root
"$VM_DIR/setup.sh"
if [ -t 1 ]; then COLUMNS=$(stty size </dev/tty 2>/dev/null | cut -d' ' -f2 || echo 100); else COLUMNS=100; fi
export COLUMNS
status=0
"$VM_DIR/story.sh" --demo "$@" debian-12 || status=$?
echo
cat "$CACHE"/run/story-debian-12-demo/console-* | tr -d '\r' | grep -aE '^(client address seen after reboot|difference after uninstall:)' || true
echo "exit status $status"
exit "$status"
