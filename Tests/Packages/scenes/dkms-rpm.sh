# SPDX-License-Identifier: Apache-2.0
# dkms-rpm.sh KERNEL...: the same with rpm, an upgrade and a replacement by the same version. DKMS is Debian's, the package dkms a stub.
. /mnt/scenes/lib.sh
. /mnt/scenes/rpm-host.sh
become_rpm_host "$@"
common=$(ls /mnt/rpm-1/toa-modules-common-*.rpm)
dkms=$(ls /mnt/rpm-1/toa-dkms-*.rpm)
installed() {
  for kernel; do
    dkms status -m toa -v "$version" -k "$kernel" | grep -q ': installed' || { cat /tmp/said; fail "DKMS: $(dkms status)"; }
  done
}

rpm -qp --requires "$dkms" | sort -u | grep -v '^rpmlib(' | same "what toa-dkms requires" /dev/fd/3 3<<'REQUIRES'
/bin/sh
dkms >= 2.1.0.0
gcc
make
toa-modules-common
REQUIRES
rpm -qp --provides "$dkms" | same "what toa-dkms provides" /dev/fd/3 3<<'PROVIDES'
toa-dkms = 0.1.0-1
toa-modules
PROVIDES
for name in dkms gcc make; do
  stub $name 3.0 1 noarch
  succeeds rpm -i --force-debian "/tmp/stub/$name.rpm"
done
# An older release: the same source under another version.
cp -a /mnt/specs/toa-dkms /tmp/old
sed -i 's/0\.1\.0/0.0.9/g' /tmp/old/toa-dkms.spec
mv /tmp/old/tree/usr/src/toa-0.1.0 /tmp/old/tree/usr/src/toa-0.0.9
sed -i 's/0\.1\.0/0.0.9/' /tmp/old/tree/usr/src/toa-0.0.9/dkms.conf
succeeds rpmbuild -bb --nodeps --target noarch --define '_topdir /tmp/old' --define '_rpmdir /tmp' /tmp/old/toa-dkms.spec

for kernel; do depmod -a "$kernel"; done
snapshot >/tmp/before
version=0.0.9
succeeds rpm -i --force-debian "$common" /tmp/toa-dkms-0.0.9-1.noarch.rpm
installed "$@"
version=0.1.0
succeeds rpm -U --force-debian "$dkms"
installed "$@"
[ "$(ls -d /usr/src/toa-*)" = /usr/src/toa-0.1.0 ] || fail "sources: $(ls -d /usr/src/toa-*)"
if dkms status | grep -q 0.0.9; then fail "DKMS keeps the older release: $(dkms status)"; fi
succeeds rpm -U --force-debian --force "$dkms"
installed "$@"
succeeds rpm -e --force-debian toa-dkms toa-modules-common
[ -z "$(dkms status -m toa)" ] || fail "DKMS still has: $(dkms status)"
for kernel; do listed "$kernel" ""; done
snapshot | same "the system after rpm -e" /tmp/before
