# SPDX-License-Identifier: Apache-2.0
# Sourced: arm64 kernels in an amd64 build root. The kernel and its headers are unpacked beside those of amd64, the host tools of
# a build and the compiler are amd64's: nothing of arm64 runs before QEMU does.

# arm64_apt ROOT COMMAND...: apt with lists of its own, so that neither this machine's dpkg nor the root's learns of arm64.
arm64_apt() {
  local root=$1
  shift
  in_root "$root" env APT_CONFIG=/opt/arm64/apt.conf "$@"
}

# prepare_arm64 ROOT LOG: the lists, the C library, and a static busybox.
prepare_arm64() {
  local root=$1 log=$2
  [ ! -e "$root/opt/arm64/.complete" ] || return 0
  mkdir -p "$root/opt/arm64/lists/partial"
  cat >"$root/opt/arm64/apt.conf" <<'CONF'
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Dir::State::Lists "/opt/arm64/lists";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
CONF
  quietly "$log" arm64_apt "$root" apt-get -q update || die "apt-get update failed for arm64" "see $log; does the mirror have arm64?"
  install_packages "$root" "$log" libc6-dev-arm64-cross
  unpack_arm64 "$root" "$log" /opt/arm64 busybox-static
  touch "$root/opt/arm64/.complete"
}

# unpack_arm64 ROOT LOG FOLDER PACKAGE...: not installed, since that would want arm64's gcc and run its scripts.
unpack_arm64() {
  local root=$1 log=$2 folder=$3
  shift 3
  # shellcheck disable=SC2016
  quietly "$log" arm64_apt "$root" sh -euc '
    folder=$1; shift
    rm -rf /opt/arm64/debs; mkdir /opt/arm64/debs; cd /opt/arm64/debs
    apt-get -q download "$@"
    for deb in *.deb; do dpkg-deb --fsys-tarfile "$deb" | tar x --keep-directory-symlink --exclude=./usr/share -C "$folder"; done
    rm -rf /opt/arm64/debs
  ' unpack "$folder" "$@" || die "unpacking for arm64 failed: $*" "see $log"
}

# install_arm64_kernel ROOT LOG KVER: what the headers share with amd64 is taken from there.
install_arm64_kernel() {
  local root=$1 log=$2 kver=$3 shared
  shared=$(arm64_apt "$root" apt-cache show --no-all-versions "linux-headers-$kver" | sed -n 's/^Depends: //p' |
    tr ',' '\n' | sed -nE 's/^ *(linux-(headers-[^ ]*-common|kbuild-[^ ]*)).*/\1/p')
  [ -n "$shared" ] || die "the headers of $kver name no linux-headers-...-common" "see apt-cache show linux-headers-$kver"
  # shellcheck disable=SC2086
  install_packages "$root" "$log" make $shared
  unpack_arm64 "$root" "$log" / "linux-image-$kver" "linux-headers-$kver"
  PATH=$PATH:/usr/sbin:/sbin depmod -b "$root" "$kver"
}
