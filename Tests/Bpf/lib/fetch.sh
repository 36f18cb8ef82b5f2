# SPDX-License-Identifier: Apache-2.0
# Sourced: unpacks Debian's nginx and a Go that listens with MPTCP into the cache; nothing of it is installed.

GO=golang-1.24
GO_SUITE=trixie

# unpack FOLDER DEB...
unpack() {
  local folder=$1 deb
  shift
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  for deb; do dpkg-deb -x "$deb" "$folder.new" || die "cannot unpack $deb" "remove $CACHE and run again"; done
  rm -rf "$folder"
  mv "$folder.new" "$folder"
}

# The nginx of this machine's own suite.
fetch_nginx() {
  local debs=$CACHE/debs-nginx log=$CACHE/nginx.log
  [ ! -x "$CACHE/nginx/usr/sbin/nginx" ] || return 0
  say "fetching nginx"
  rm -rf "$debs"
  mkdir -p "$debs"
  : >"$log"
  (cd "$debs" && { apt-get -q -o APT::Sandbox::User=root download nginx >>"$log" 2>&1 ||
    { apt-get -q update && apt-get -q -o APT::Sandbox::User=root download nginx; } >>"$log" 2>&1; }) ||
    die "nginx cannot be fetched" "see $log"
  unpack "$CACHE/nginx" "$debs"/*.deb
  rm -rf "$debs"
  "$CACHE/nginx/usr/sbin/nginx" -v 2>>"$log" || die "Debian's nginx does not start" "see $log"
}

# A private apt with nothing but GO_SUITE: the machine's own sources and lists stay as they are.
private_apt() {
  local state=$CACHE/apt
  mkdir -p "$state/lists/partial" "$state/archives/partial"
  : >"$state/status"
  apt-get -q -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
    -o Dir::Cache="$state" -o Dir::Cache::archives="$state/archives" -o Dir::Etc::sourcelist="$state/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}

fetch_go() {
  local debs=$CACHE/debs-go log=$CACHE/go.log
  [ ! -x "$CACHE/go/usr/lib/go-${GO#golang-}/bin/go" ] || return 0
  . "$REPO/Tests/VM/lib/mirror.sh"
  find_mirrors
  say "fetching $GO of $GO_SUITE"
  rm -rf "$debs"
  mkdir -p "$debs" "$CACHE/apt"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR $GO_SUITE main" >"$CACHE/apt/sources.list"
  : >"$log"
  quietly "$log" private_apt update || die "$GO_SUITE's package lists cannot be fetched" "see $log"
  (cd "$debs" && quietly "$log" private_apt download "$GO-go" "$GO-src") || die "$GO cannot be fetched" "see $log"
  unpack "$CACHE/go" "$debs"/*.deb
  rm -rf "$debs" "$CACHE/apt"
}

# go.mod's version makes MPTCP the default of listeners (GODEBUG multipathtcp=2).
fetch_go_server() {
  local source=$BPF_DIR/servers/go root
  root=$CACHE/go/usr/lib/go-${GO#golang-}
  if [ -x "$BIN/go-server" ] && [ -z "$(find "$source" -newer "$BIN/go-server" -print -quit)" ]; then return 0; fi
  fetch_go
  say "compiling the Go server"
  : >"$CACHE/go-build.log"
  (cd "$source" && quietly "$CACHE/go-build.log" env -i HOME="$CACHE" PATH=/usr/bin:/bin GOROOT="$root" GOCACHE="$CACHE/go-cache" \
    GOPATH="$CACHE/go-path" GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-buildvcs=false CGO_ENABLED=0 \
    "$root/bin/go" build -o "$BIN/go-server.new" .) || die "the Go server cannot be compiled" "see $CACHE/go-build.log"
  mv "$BIN/go-server.new" "$BIN/go-server"
}
