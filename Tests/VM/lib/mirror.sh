# SPDX-License-Identifier: Apache-2.0
# Sourced: which Debian mirror this machine itself uses. No host name is written down in the project.

# Prints every address in the machine's sources, deb822 and one-line forms.
mirror_addresses() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]*)?([^[:space:]]+).*/\2/p'
  cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '/^URIs:/ { for (i = 2; i <= NF; i++) print $i }'
}

find_mirrors() {
  MIRROR=$(mirror_addresses | sed 's#/$##' | grep '/debian$' | head -n 1 || true)
  SECURITY_MIRROR=$(mirror_addresses | sed 's#/$##' | grep '/debian-security$' | head -n 1 || true)
  [ -n "$MIRROR" ] || die "no Debian mirror in /etc/apt/sources.list*" "add one whose address ends in /debian"
  [ -n "$SECURITY_MIRROR" ] || SECURITY_MIRROR=${MIRROR%/debian}/debian-security
}

# Prints a sources.list for SUITE.
sources_of() {
  echo "deb $MIRROR $1 main"
  if [ "$1" != sid ]; then echo "deb $SECURITY_MIRROR $1-security main"; fi
}

# The machine's own way of reaching its mirror (proxy, date checks) holds in a chroot as well.
fetch_settings() {
  apt-config dump | grep -E '^Acquire::(https?::|Check-|Retries)' || true
}
