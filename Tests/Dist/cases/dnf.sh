# SPDX-License-Identifier: Apache-2.0
# dnf installs from the yum repository. Debian's dnf stands in for Red Hat's, in a root of Debian 12 that is made once: the same
# solver, rpm and repository format, another database below.

prepare_dnf() {
  local root=$CACHE/base-dnf
  [ ! -e "$root/.complete" ] || return 0
  make_base bookworm
  copy_base bookworm "$root"
  install_packages "$root" "$CACHE/log/base-dnf.log" dnf rpm
  touch "$root/.complete"
}

dnf_here() {
  in_root "$root" dnf -q -y --setopt=reposdir=/dev/null --setopt=cachedir=/var/cache/toa-dnf --repofrompath=toa,file:///srv/repo/yum \
    --repo=toa --nogpgcheck --releasever=9 "$@"
}

installs_by_dnf() {
  "$REPO/Tools/dist-repo.sh" "$WORK/yum"
  mkdir -p "$root/srv"
  cp -a "$WORK/yum" "$root/srv/repo"
  in_root "$root" rpm --initdb
  dnf_here install toa
  in_root "$root" sh -euc 'toa --version; rpm -V toa; rpm -q --qf "%{LICENSE}\n" toa; test -s /usr/share/man/man8/toa.8.gz'
  dnf_here remove toa
  [ ! -e "$root/usr/bin/toa" ]
  [ ! -e "$root/usr/share/doc/toa" ]
}

check 'a root with dnf' prepare_dnf
root=$(fresh dnf dnf)
check 'dnf installs and removes' installs_by_dnf
