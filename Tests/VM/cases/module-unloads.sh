# SPDX-License-Identifier: Apache-2.0
# Shows: unloading with open connections, with TLS, in the middle of handshakes
. "$CASES/lib"
kernel_modules gcm ctr ghash-generic
with_module unloads
