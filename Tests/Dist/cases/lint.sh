# SPDX-License-Identifier: Apache-2.0
# The distributions' own judges. What they may not say of our packages has its reason in packaging/.

lintian_is_content() {
  local said
  said=$(lintian --pedantic --fail-on none --allow-root "$deb" 2>&1)
  echo "$said"
  [ -z "$said" ]
}

rpmlint_is_content() {
  rpmlint -r "$REPO/packaging/rpm/toa.rpmlintrc" "$rpm" | tee "$WORK/rpmlint"
  grep -q ' 0 errors, 0 warnings' "$WORK/rpmlint"
}

check 'lintian --pedantic says nothing' lintian_is_content
check 'rpmlint says nothing' rpmlint_is_content
