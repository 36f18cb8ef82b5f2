#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the judges of packages on a Debian or Ubuntu machine. Quiet when all of them are there.
set -eu

missing=""
for program in lintian rpmlint; do command -v "$program" >/dev/null || missing="$missing $program"; done
[ -n "$missing" ] || exit 0
echo "installing:$missing" >&2
log=$(mktemp)
# shellcheck disable=SC2086
if ! { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "error: apt-get could not install:$missing" >&2
  exit 1
fi
rm -f "$log"
