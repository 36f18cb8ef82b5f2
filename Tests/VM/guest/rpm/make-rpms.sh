# SPDX-License-Identifier: Apache-2.0
# make-rpms.sh KERNEL...: in a Debian that has these kernels, their headers, gcc, make and rpmbuild: makes rpms of them below /srv/repo,
# a repository, with the specs beside this script.
set -eu
here=$(dirname "$0") work=/tmp/rpms
lists=$work/lists
mkdir -p "$lists" /srv/repo

# packages_of SPEC [MACRO VALUE]...: not compressed, as emulated processors read them.
packages_of() {
  spec=$1
  shift
  set -- "$@" _topdir "$work" _rpmdir /srv/repo LISTS "$lists" debug_package '%{nil}' __os_install_post '%{nil}' _build_id_links none \
    _binary_payload w.ufdio _rpmfilename '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm'
  words=$#
  while [ "$words" -gt 0 ]; do
    macro=$1 value=$2
    shift 2
    set -- "$@" --define "$macro $value"
    words=$((words - 2))
  done
  rpmbuild --quiet -bb "$@" "$here/$spec"
}

# files_of PACKAGE...: what dpkg has of them on the disk, under the names that it has there.
files_of() {
  dpkg -L "$@" | sed -E 's#^/(bin|sbin|lib|lib64)/#/usr/\1/#' | sort -u | while read -r path; do
    if [ -e "$path" ] && [ ! -d "$path" ]; then echo "$path"; fi
  done
}

# Collections have no C library, and EL has the sanitizers in packages of their own.
files_of gcc gcc-12 cpp cpp-12 libgcc-12-dev | grep -E '^/usr/(bin|lib/gcc)/' | grep -v 'san[._]' | sed 's#^/usr/##' >"$lists/gcc"
files_of binutils binutils-common binutils-x86-64-linux-gnu libbinutils libctf0 libctf-nobfd0 libgprofng0 >"$lists/binutils"
files_of make >"$lists/make"
{
  echo /usr/bin/rpmbuild
  files_of rpm | grep -E '^/usr/lib/rpm/(fileattrs/|(brp|check|find)-|.*\.(prov|req)$|.*dep(s|s\.sh|s\.py)$)'
} >"$lists/rpm-build"
packages_of tools.spec
packages_of userland.spec
for kernel; do
  # Debian's 6.1.192-2.
  package=$(dpkg-query -W -f '${Version}' "linux-image-$kernel")
  packages_of kernel.spec KVER "$kernel" KERNEL_VERSION "${package%-*}" KERNEL_RELEASE "${package##*-}.el9"
done
rm -rf "$work"
createrepo_c --quiet --no-database --simple-md-filenames --general-compress-type=gz /srv/repo
