# SPDX-License-Identifier: Apache-2.0
# Sourced: what the distribution guests of Debian's suites differ in. Each has two kernels: it boots the older one, and the newer
# one comes as an update.

ALL_SUITES="bookworm trixie bullseye sid"

# old_kernel_suite SUITE: sid has one kernel at a time, so its guest comes with that of the stable release.
old_kernel_suite() {
  case $1 in
    sid) echo trixie ;;
    *) echo "$1" ;;
  esac
}

# kernel_pattern SUITE: what stands before the flavour.
kernel_pattern() {
  case $1 in
    bullseye) echo '5\.10\.[0-9.]+-[0-9]+' ;;
    bookworm) echo '6\.1\.[0-9.]+-[0-9]+' ;;
    trixie) echo '6\.12\.[0-9.]+[+]deb13(\.[0-9]+)?' ;;
    sid) echo '[0-9.]+[+]deb14' ;;
    *) die "no such suite: $1" "choose from: $ALL_SUITES" ;;
  esac
}

# suite_packages SUITE: what its stories need besides a compiler.
suite_packages() {
  case $1 in
    # For the story in which the compiler is not the one that the kernel was built with.
    bookworm) echo gcc-11 ;;
    # Where DKMS is installed, it brings the module to a new kernel. The others are for the story of a transparent proxy.
    trixie) echo dkms openssl haproxy nftables iptables ;;
  esac
}

# suite_services SUITE: what those packages would start at each boot; a story that wants one enables it.
suite_services() {
  case $1 in
    trixie) echo haproxy.service ;;
  esac
}

# kernels_of ROOT SUITE: every release that the root's package lists have with its headers, the oldest first.
kernels_of() {
  in_root "$1" apt-cache pkgnames linux-headers- | sed -nE "s/^linux-headers-($(kernel_pattern "$2")-cloud-amd64)\$/\1/p" |
    sort -V >"$CACHE/.headers-$2"
  in_root "$1" apt-cache pkgnames linux-image- | sed -nE "s/^linux-image-($(kernel_pattern "$2")-cloud-amd64)\$/\1/p" |
    sort -V | grep -xFf "$CACHE/.headers-$2"
  rm -f "$CACHE/.headers-$2"
}
