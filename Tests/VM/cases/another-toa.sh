# SPDX-License-Identifier: Apache-2.0
# Shows: another module named toa is noticed
. "$CASES/lib"
insmod /other/toa.ko
expect 13 toa load --backend module
expect 13 toa install --backend module -y
rmmod toa
