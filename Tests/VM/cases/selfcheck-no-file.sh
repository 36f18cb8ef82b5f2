# SPDX-License-Identifier: Apache-2.0
# Harness, locked down: says on the console that all is well, and goes without its file of results.
echo "case selfcheck-no-file ok" >/dev/console
echo "TOA-VM-END passed=1 failed=0" >/dev/console
sleep 0.2
poweroff -f
