# SPDX-License-Identifier: Apache-2.0
# Harness, locked down: the file of results comes out, but the console never hears of an end.
echo "case selfcheck-no-word ok" >/dev/console
echo "passed=1 failed=0" >"$OUT/ended"
stty raw -F /dev/ttyS1
(cd "$OUT" && tar cf - . | gzip -1 | base64; echo TOA-VM-FILES-END) >/dev/ttyS1
sleep 0.2
poweroff -f
