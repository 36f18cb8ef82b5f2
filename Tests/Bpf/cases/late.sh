# SPDX-License-Identifier: Apache-2.0
# The option in segments that no kernel client sends: late, reordered, malformed; deferred accept, Fast Open, SYN cookies.

load
/usr/bin/python3 -B "$BPF_DIR/clients/late.py"
