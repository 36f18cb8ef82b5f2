# SPDX-License-Identifier: Apache-2.0
# toa doctor --capture names the cause while a load balancer makes one mistake.

load
/usr/bin/python3 -B "$BPF_DIR/clients/doctor.py"
