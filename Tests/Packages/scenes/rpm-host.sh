# SPDX-License-Identifier: Apache-2.0
# Sourced: makes a Debian root into what toa takes for a host of rpms. What stands in: os-release names Rocky Linux 9; the packages
# kernel-core, kmod and bash are made here, and hold nothing but what others ask of them (kernel-core "owns" the Debian kernels'
# images); rpm, depmod, the shell and the kernels' modules are Debian's own and real.

KERNEL_VERSION=5.14.0-503.el9

# stub NAME VERSION RELEASE ARCH LINE...: an empty package with more lines in its spec.
stub() {
  local name=$1 version=$2 release=$3 arch=$4 line
  shift 4
  mkdir -p /tmp/stub
  {
    printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: stands in\nLicense: none\n' "$name" "$version" "$release"
    for line; do case $line in /*) ;; *) echo "$line" ;; esac; done
    printf '%%description\nStands in.\n%%install\nmkdir -p %%{buildroot}/boot\n'
    for line; do case $line in /*) echo "touch %{buildroot}$line" ;; esac; done
    echo '%files'
    for line; do case $line in /*) echo "%ghost $line" ;; esac; done
  } >"/tmp/stub/$name.spec"
  succeeds rpmbuild -bb --nodeps --target "$arch" --define '_topdir /tmp/stub' --define '_rpmdir /tmp/stub' \
    --define 'debug_package %{nil}' --define '_rpmfilename %%{NAME}.rpm' "/tmp/stub/$name.spec"
}

# become_rpm_host KERNEL...
become_rpm_host() {
  local kernel images=""
  rm -f /etc/os-release /etc/debian_version
  printf 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.5"\nPRETTY_NAME="Rocky Linux 9.5"\n' >/etc/os-release
  # Debian's rpm keeps its database in somebody's home.
  mkdir -p /var/lib/rpm /etc/rpm
  # A package of the distribution has it.
  mkdir -p /etc/sysconfig
  # systemd has it, where there is one.
  mkdir -p /usr/lib/modules-load.d
  echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.dbpath
  succeeds rpm --initdb
  for kernel; do images="$images /boot/vmlinuz-$kernel"; done
  # shellcheck disable=SC2086
  stub kernel-core "${KERNEL_VERSION%-*}" "${KERNEL_VERSION#*-}" x86_64 \
    "Provides: kernel-core-uname-r = $KERNEL_VERSION.x86_64" $images
  stub kmod 28 1 x86_64
  stub bash 5.1 1 x86_64 'Provides: /bin/sh'
  succeeds rpm -i --force-debian /tmp/stub/kernel-core.rpm /tmp/stub/kmod.rpm /tmp/stub/bash.rpm
  # Keeps what rpmbuild is given, so that an older release of the same package can be made.
  mv /usr/bin/rpmbuild /usr/bin/rpmbuild.real
  cat >/usr/bin/rpmbuild <<'WRAPPER'
#!/bin/sh
for spec; do :; done
mkdir -p /tmp/specs
cp -a "$(dirname "$spec")" /tmp/specs/
exec /usr/bin/rpmbuild.real "$@"
WRAPPER
  chmod 755 /usr/bin/rpmbuild
}
