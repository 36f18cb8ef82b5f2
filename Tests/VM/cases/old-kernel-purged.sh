# SPDX-License-Identifier: Apache-2.0
# Shows: the old kernel goes, and its module with it
. "$CASES/lib"
old=$(find /lib/modules -mindepth 1 -maxdepth 1 ! -name "$(uname -r)" -printf '%f\n')
[ "$(echo "$old" | wc -w)" = 1 ] || fail "there is not one old kernel, but: $old"
# shellcheck disable=SC2046
expect 0 apt-get -q -y purge $(dpkg-query -W -f '${Package}\n' "linux-*-${old%-cloud-amd64}*")
[ ! -e "/lib/modules/$old" ] || fail "the old kernel left $(find "/lib/modules/$old" | tr '\n' ' ')"
left=$(dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' "*$old*" 2>/dev/null || true)
[ -z "$left" ] || fail "packages of the old kernel are left: $left"
if [ -e "/var/lib/toa/kernels/$old.json" ]; then fail "the hooks still know of $old"; fi
is_loaded toa
expect 0 toa status
