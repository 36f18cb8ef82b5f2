# SPDX-License-Identifier: Apache-2.0
# Shows: a new kernel is installed, as every update of Debian does it
. "$CASES/lib"
expect 0 apt-get -q -y install /var/cache/apt/archives/*.deb
