# SPDX-License-Identifier: Apache-2.0
# What is in the packages: manual pages and completions, as the programs that read them see them.

unpacked=$WORK/unpacked
dpkg-deb -x "$deb" "$unpacked"
pages=$unpacked/usr/share/man/man8

every_verb_has_a_page() {
  local verbs
  verbs=$("$DIST/toa" --help | sed -nE 's/^  ([a-z-]+) +[A-Z].*/\1/p' | grep -v '^-')
  [ "$(wc -l <<<"$verbs")" -ge 12 ]
  for verb in $verbs; do [ -s "$pages/toa-$verb.8.gz" ] || { echo "no page of $verb"; return 1; }; done
  for verb in enable disable status selftest; do [ -s "$pages/toa-tproxy-$verb.8.gz" ] || { echo "no page of tproxy $verb"; return 1; }; done
}

pages_render() {
  for page in "$pages"/*.gz; do
    LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null | tee -a "$WORK/warnings"
  done
  [ ! -s "$WORK/warnings" ]
}

statuses_agree() {
  diff <(zcat "$pages/toa.8.gz" | sed -n '/^.Sh "EXIT STATUS"/,/^.El/s/^.It //p') \
    <(sed -nE 's/^\| ([0-9]+) \|.*/\1/p' "$REPO/docs/design.md")
}

bash_completes() {
  grep -q '^#!' "$unpacked/usr/share/bash-completion/completions/toa" && return 1
  PATH=$DIST:$PATH bash -c '
    set -e
    . "$1"
    spec=$(complete -p toa)
    function=${spec##*-F }; function=${function%% *}
    COMP_WORDS=(toa ins) COMP_CWORD=1 COMP_LINE="toa ins" COMP_POINT=7
    "$function" toa ins toa
    printf "%s\n" "${COMPREPLY[@]}"
    [ "${COMPREPLY[0]}" = install ]' bash "$unpacked/usr/share/bash-completion/completions/toa"
}

other_shells_parse() {
  local shell
  for shell in zsh fish; do command -v $shell >/dev/null || echo "$shell is not installed: not looked at"; done
  ! command -v zsh >/dev/null || zsh -n "$unpacked/usr/share/zsh/vendor-completions/_toa"
  ! command -v fish >/dev/null || fish --no-execute "$unpacked/usr/share/fish/vendor_completions.d/toa.fish"
}

sums_agree() { (cd "$DIST" && sha256sum --check SHA256SUMS && [ "$(wc -l <SHA256SUMS)" = 3 ]); }

check 'every verb has a manual page' every_verb_has_a_page
check 'manual pages render without a warning' pages_render
check "exit statuses of toa(8) are those of docs/design.md" statuses_agree
check 'bash completes a verb' bash_completes
check 'completions of zsh and fish parse' other_shells_parse
check 'SHA256SUMS has every file' sums_agree
