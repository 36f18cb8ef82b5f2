# SPDX-License-Identifier: Apache-2.0
# become-rpm-host.sh KERNEL: makes a host of rpms of the Debian in which make-rpms.sh has run, with that kernel installed by rpm, without
# headers, compiler, make and rpmbuild, which dnf finds in /srv/repo.
set -eu
here=$(dirname "$0") kernel=$1

# What the rpms hold goes, then dpkg and apt.
{
  dpkg -L gcc gcc-11 gcc-12 cpp cpp-11 cpp-12 libgcc-11-dev libgcc-12-dev
  rpm -qlp /srv/repo/rpm-build-*.rpm /srv/repo/make-*.rpm /srv/repo/binutils-*.rpm
} | while read -r path; do
  if [ -e "$path" ] && [ ! -d "$path" ]; then printf '%s\0' "$path"; fi
done | xargs -0 rm -f
# shellcheck disable=SC2115
rm -rf /usr/src/* /usr/lib/linux-* /usr/lib/gcc /usr/libexec/gcc /lib/modules/* /boot/* /vmlinuz* /initrd.img* /etc/kernel/*.d
rm -rf /var/lib/dpkg /var/lib/apt /var/cache/apt /var/cache/debconf /var/lib/initramfs-tools /etc/apt /etc/dpkg /etc/debian_version \
  /usr/bin/dpkg* /usr/bin/apt* /usr/sbin/dpkg* /usr/share/dpkg /usr/lib/apt /usr/lib/dpkg /usr/lib/kernel/install.d/85-initrd.install
sed -i 's/^DPKG_ARCH=.*/DPKG_ARCH=amd64/' /usr/sbin/mkinitramfs

cp "$here/os-release" /usr/lib/os-release
echo 'Rocky Linux release 9.5 (Blue Onyx)' >/etc/redhat-release
install -m 755 "$here"/*.install /usr/lib/kernel/install.d/

# Debian's rpm keeps its database in somebody's home, and wants to be told that this is meant.
mkdir -p /var/lib/rpm /etc/rpm /etc/yum.repos.d /etc/sysconfig
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.dbpath
for option in --install --upgrade --erase -i -U -e; do echo "rpm alias $option $option --force-debian"; done >/etc/popt
printf '[main]\ngpgcheck=1\ninstallonly_limit=3\nclean_requirements_on_remove=True\nbest=True\nskip_if_unavailable=False\n' >/etc/dnf/dnf.conf
# These packages are not signed.
printf '[baseos]\nname=Rocky Linux 9 - BaseOS\nbaseurl=file:///srv/repo\nenabled=1\ngpgcheck=0\nmetadata_expire=never\n' \
  >/etc/yum.repos.d/rocky.repo

rpm --initdb
rpm --install /srv/repo/*.noarch.rpm
version=$(rpm -qp --qf '%{VERSION}-%{RELEASE}\n' /srv/repo/kernel-core-*.rpm | sort -V | head -n 1)
rpm --install "/srv/repo/kernel-$version.x86_64.rpm" "/srv/repo/kernel-core-$version.x86_64.rpm" \
  "/srv/repo/kernel-modules-core-$version.x86_64.rpm"
test -s "/boot/vmlinuz-$kernel" -a -s "/boot/initramfs-$kernel.img" -a -s "/lib/modules/$kernel/modules.dep"
