# SPDX-License-Identifier: Apache-2.0
# Shows: sockets later in their life, and those of TLS, sockmaps, MPTCP, SMC, 32-bit processes
. "$CASES/lib"
kernel_modules smc gcm ctr ghash-generic
with_module sockets
