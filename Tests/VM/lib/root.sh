# SPDX-License-Identifier: Apache-2.0
# Sourced: makes Debian root folders and installs packages into them.

# make_base SUITE: a minimal Debian in $CACHE/base-SUITE, made once, whoever asks first.
make_base() {
  (
    flock 8
    make_base_locked "$1"
  ) 8>"$CACHE/base-$1.lock"
}

make_base_locked() {
  local suite=$1 base=$CACHE/base-$1 log=$CACHE/log/base-$1.log script=()
  [ ! -e "$base/.complete" ] || return 0
  say "$suite: debootstrap"
  rm -rf "$base"
  : >"$log"
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=(/usr/share/debootstrap/scripts/sid)
  quietly "$log" debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    "$suite" "$base" "$MIRROR" "${script[@]}" || die "debootstrap of $suite failed" "see $log; is the mirror reachable?"
  sources_of "$suite" >"$base/etc/apt/sources.list"
  rm -f "$base"/etc/apt/sources.list.d/*
  fetch_settings >"$base/etc/apt/apt.conf.d/80machine"
  echo force-unsafe-io >"$base/etc/dpkg/dpkg.cfg.d/80quick"
  printf 'path-exclude=/usr/share/%s/*\n' doc man locale >>"$base/etc/dpkg/dpkg.cfg.d/80quick"
  printf '#!/bin/sh\nexit 101\n' >"$base/usr/sbin/policy-rc.d"
  chmod 755 "$base/usr/sbin/policy-rc.d"
  cp -L /etc/resolv.conf "$base/etc/resolv.conf"
  quietly "$log" in_root "$base" apt-get -q update || die "apt-get update failed for $suite" "see $log"
  touch "$base/.complete"
}

# copy_base SUITE TARGET
copy_base() {
  rm -rf "$2"
  cp -a "$CACHE/base-$1" "$2"
  rm -f "$2/.complete"
}

# install_packages ROOT LOG PACKAGE...
install_packages() {
  local root=$1 log=$2
  shift 2
  quietly "$log" in_root "$root" apt-get -q -y --no-install-recommends install "$@" ||
    die "installing into $(basename "$root") failed: $*" "see $log"
}

# newest_kernel ROOT PATTERN [FLAVOUR [IN]]: the newest release whose image matches PATTERN; IN runs apt in the root.
newest_kernel() {
  "${4:-in_root}" "$1" apt-cache search --names-only "^linux-image-$2-${3:-cloud-amd64}\$" |
    sed -nE 's/^linux-image-([^ ]+) .*/\1/p' | sort -V | tail -n 1
}
