# SPDX-License-Identifier: Apache-2.0
# Shows: 200 load and unload cycles under traffic
. "$CASES/lib"
expect 0 stress "/lib/modules/$(uname -r)/updates/toa.ko" 20 400
says '"cycles":20' stdout
says '"lost":0' stdout
says '"balanced":true' stdout
