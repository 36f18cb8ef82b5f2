#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the judges of packages on a Debian or Ubuntu machine. Quiet when all of them are there.
set -eu
. "$(dirname "$0")/../../Tools/apt.sh"

want lintian lintian
want rpmlint rpmlint
install_missing
