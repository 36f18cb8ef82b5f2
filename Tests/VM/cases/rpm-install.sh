# SPDX-License-Identifier: Apache-2.0
# Shows: one command; dnf brings what is missing
. "$CASES/lib"
rpm -qa | LC_ALL=C sort >"$STATE/rpms"
if command -v dpkg apt-get gcc make rpmbuild; then fail "this is no bare host of rpms"; fi
evr=$(rpm -q --qf '%{EVR}.%{ARCH}' kernel-core)
expect 0 toa install --dry-run
says "dnf install -y --setopt=install_weak_deps=False --setopt=exit_on_lock=True kernel-devel-$evr gcc-toolset-12-gcc" stdout
expect 0 toa install -y
is_loaded toa
kernel_says "TOA: toa load success"
for name in "kmod-toa-$(uname -r)" toa-modules-common toa-kernel-hooks "kernel-devel-$evr" gcc-toolset-12-gcc make rpm-build; do
  rpm -q "$name" || fail "$name is not installed"
done
rpm -q --requires "kmod-toa-$(uname -r)" | grep -qx "kernel-core = ${evr%.*}" || fail "the module's package does not ask for its kernel"
expect 0 rpm -V "kmod-toa-$(uname -r)" toa-modules-common toa-kernel-hooks
