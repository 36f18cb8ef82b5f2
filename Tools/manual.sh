#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# manual.sh PROGRAM FOLDER YYYY-MM-DD: writes the manual pages of toa, section 8, from what the program says of itself.
#
# swift-argument-parser's own generator makes the pages; what it cannot know is added: the list of commands, the exit statuses,
# files and examples (packaging/man).
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "$1") folder=$2 date=$3

parser=.build/checkouts/swift-argument-parser
[ -d "$parser" ] || swift package resolve
swift build --package-path "$parser" --scratch-path .build/manual --product generate-manual --quiet >.build/manual.log 2>&1 || {
  cat .build/manual.log >&2
  exit 1
}
raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
.build/manual/debug/generate-manual "$program" --output-directory "$raw" --section 8 --multi-page --date "$date"

mkdir -p "$folder"
rm -f "$folder"/toa*.8
# shown VERB...: the verbs below these that --help shows; others have no page.
shown() { "$program" "$@" --help | sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p'; }
pages="$raw/toa.8"
for verb in $(shown); do
  pages="$pages $raw/toa.$verb.8"
  for part in $(shown "$verb"); do
    if [ -e "$raw/toa.$verb.$part.8" ]; then pages="$pages $raw/toa.$verb.$part.8"; fi
  done
done
# shellcheck disable=SC2086
perl Tools/manual.pl packaging/man "$folder" $pages
