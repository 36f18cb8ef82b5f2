# SPDX-License-Identifier: Apache-2.0
# Sourced: unpacks Debian's nginx and HAProxy and a Go that listens with MPTCP into the cache; nothing of it is installed.

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

# fetch_server NAME PROGRAM VERSION-OPTION PACKAGE...: Debian's packages of this machine's own suite, unpacked into $CACHE/NAME.
fetch_server() {
  local name=$1 program=$CACHE/$1/$2 option=$3 debs=$CACHE/debs-$1 log=$CACHE/$1.log
  shift 3
  [ ! -x "$program" ] || return 0
  say "fetching $name"
  rm -rf "$debs"
  mkdir -p "$debs"
  : >"$log"
  (cd "$debs" && { apt-get -q -o APT::Sandbox::User=root download "$@" >>"$log" 2>&1 ||
    { apt-get -q update && apt-get -q -o APT::Sandbox::User=root download "$@"; } >>"$log" 2>&1; }) ||
    die "$name cannot be fetched" "see $log"
  unpack "$CACHE/$name" "$debs"/*.deb
  rm -rf "$debs"
  LD_LIBRARY_PATH=$(libraries_of "$name") "$program" "$option" >>"$log" 2>&1 || die "Debian's $name does not start" "see $log"
}

# libraries_of NAME: where those that came with it are.
libraries_of() { echo "$CACHE/$1/usr/lib/$(gcc -print-multiarch)"; }

fetch_nginx() { fetch_server nginx usr/sbin/nginx -v nginx; }

# With those of its libraries that nothing else here needs.
fetch_haproxy() {
  fetch_server haproxy usr/sbin/haproxy -v haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1
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
