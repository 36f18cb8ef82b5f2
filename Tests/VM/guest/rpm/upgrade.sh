# SPDX-License-Identifier: Apache-2.0
# upgrade.sh KERNEL NEXT: the update of the kernel on a host that has its headers, and then the old one goes.
set -eu
old=$(rpm -qf --qf '%{EVR}.%{ARCH}' "/lib/modules/$1/vmlinuz")
dnf -q -y install "kernel-devel-$old"
dnf -q -y upgrade
test -s "/boot/initramfs-$2.img"
dnf -q -y remove "kernel-$old" "kernel-core-$old" "kernel-modules-core-$old" "kernel-devel-$old"
test ! -e "/lib/modules/$1"
