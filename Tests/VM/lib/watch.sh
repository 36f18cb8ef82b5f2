#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# watch.sh FILE: shows a guest's console while it is written, without the lines that are for the harness.
# The boot itself is one line of progress.
set -u
tail -c +1 -f "$1" 2>/dev/null | sed -u -E '/^(TOA-VM-|case )/d'
