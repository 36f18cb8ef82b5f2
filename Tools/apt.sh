# SPDX-License-Identifier: Apache-2.0
# Sourced by every setup.sh: collects the Debian packages that are missing on this machine and installs them by apt, in one go.

missing=""

# want PROGRAM PACKAGE
want() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || missing="$missing $2"; }

# want_file FILE PACKAGE
want_file() { [ -e "$1" ] || missing="$missing $2"; }

# want_package PACKAGE: where no one file tells.
want_package() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] || missing="$missing $1"
}

# install_missing: quiet when nothing is missing.
install_missing() {
  [ -n "$missing" ] || return 0
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "error: missing packages:$missing" >&2
      echo "  fix: as root, apt-get install$missing" >&2
      exit 1
    fi
    as_root=sudo
  fi
  echo "installing:$missing" >&2
  log=$(mktemp)
  # shellcheck disable=SC2086
  if ! { $as_root apt-get -q update && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends install $missing; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "error: apt-get could not install:$missing" >&2
    echo "  fix: read the lines above; this needs Debian or Ubuntu and a reachable mirror" >&2
    exit 1
  fi
  rm -f "$log"
}
