# ./dev test relays: the stream handed to real engines, in a network of their own.
# shellcheck shell=bash

# Where other people's servers are kept, by their versions.
PEERS="${XDG_CACHE_HOME:-$HOME/.cache}/skylark-peers"

# LiveKit is in no distribution. It is built from its source, by a Go that is new enough for it.
LIVEKIT_VERSION=1.13.5
MIN_GO=1.26

test_relays() {
  local space="sky-relays-$$" status=0 why
  why=$(no_engines)
  if [ -n "$why" ]; then
    SKYLARK_RELAYS_MISSING=$why node_tests tests/relays/*.test.mjs
    return
  fi
  SKYLARK_WHIP_SERVER=$(whip_server)
  SKYLARK_LIVEKIT_MISSING=$(no_livekit)
  if [ -z "$SKYLARK_LIVEKIT_MISSING" ]; then SKYLARK_LIVEKIT=$(livekit_server); fi
  export SKYLARK_LIVEKIT SKYLARK_LIVEKIT_MISSING
  npm_install tests
  # Its viewers' page is in the program.
  build_pages
  cargo build --locked --bin skylark
  cargo build --locked --workspace --bin crowd
  SKYLARK_BIN="$(target_dir)/debug/skylark"
  CROWD_BIN="$(target_dir)/debug/crowd"
  export SKYLARK_BIN CROWD_BIN SKYLARK_WHIP_SERVER SKYLARK_RELAYS_INTERFACE=engines
  ip netns add "$space"
  relays_network "$space"
  NODE_TESTS_BEFORE="ip netns exec $space" node_tests tests/relays/*.test.mjs || status=$?
  ip netns delete "$space"
  return $status
}

# Why there can be no engines here; nothing where there can.
no_engines() {
  local why
  why=$(no_namespaces)
  if [ -n "$why" ]; then echo "$why"; return 0; fi
  if ! have janus; then echo "janus is not installed"; return 0; fi
  if ! have apt-get || [ -z "$(apt_knows simple-whip-server)" ]; then echo "apt knows no simple-whip-server"; fi
}

# Why there can be no LiveKit; nothing where there can.
no_livekit() {
  local go
  if [ -x "$PEERS/livekit-server-$LIVEKIT_VERSION/livekit-server" ]; then return 0; fi
  if ! have go; then echo "LiveKit is not built, and there is no Go to build it by ($MIN_GO or newer)"; return 0; fi
  # A toolchain that would be fetched for it is none that is here.
  go=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || go=go0
  if ! at_least "${go#go}" "$MIN_GO"; then echo "LiveKit is not built, and Go ${go#go} is too old to build it ($MIN_GO or newer)"; fi
}

# LiveKit's program, built the first time: some two minutes on two idle cores. It waits for whatever else runs.
livekit_server() {
  local folder="$PEERS/livekit-server-$LIVEKIT_VERSION" work
  if ! [ -x "$folder/livekit-server" ]; then
    say "Building LiveKit $LIVEKIT_VERSION. That takes some minutes, the first time."
    mkdir -p "$PEERS"
    work=$(mktemp -d -p "$PEERS")
    GOBIN="$work" GOTOOLCHAIN=local nice -n 19 go install "github.com/livekit/livekit-server/cmd/server@v$LIVEKIT_VERSION" >&2 || die "LiveKit could not be built, see above. Is there a network? Then run this again."
    mv "$work/server" "$work/livekit-server"
    rm -rf "$folder"
    # Whole or not at all.
    mv "$work" "$folder"
  fi
  echo "$folder/livekit-server"
}

# A namespace has loopback, and an interface with an address of loopback's: libnice, below Janus, leaves loopback itself out.
relays_network() {
  ip -n "$1" link set lo up
  ip -n "$1" link add engines type veth peer name engines-peer
  ip -n "$1" address add 127.0.0.77/32 dev engines
  ip -n "$1" link set engines up
  ip -n "$1" link set engines-peer up
}

# The folder of simple-whip-server: from its package, which is not installed because it would bring another Node, with what it needs from npm.
whip_server() {
  local version folder work
  version=$(LC_ALL=C apt-cache policy simple-whip-server | awk '$1 == "Candidate:" { print $2 }')
  folder="$PEERS/simple-whip-server-${version//[^0-9A-Za-z.~+-]/_}"
  if ! cmp -s tests/relays/whip-server/package-lock.json "$folder/.skylark-installed"; then
    say "Getting simple-whip-server $version"
    work=$(mktemp -d)
    # apt fetches as a user of its own.
    chmod 755 "$work"
    (cd "$work" && apt-get -qq download simple-whip-server >&2) || die "The package simple-whip-server could not be fetched, see above. Is there a network? Then run this again."
    dpkg-deb -x "$work"/simple-whip-server_*.deb "$work/package" >&2
    rm -rf "$folder"
    mkdir -p "$folder"
    cp -r "$work/package/usr/share/simple-whip-server/src" "$folder/src"
    # Its own is a link to /etc.
    rm -f "$folder/src/config.js"
    rm -rf "$work"
    cp tests/relays/whip-server/package.json tests/relays/whip-server/package-lock.json "$folder/"
    npm ci --loglevel=error --no-fund --no-audit --ignore-scripts --prefix "$folder" >&2 || die "npm could not install what simple-whip-server needs, see above."
    cp tests/relays/whip-server/package-lock.json "$folder/.skylark-installed"
  fi
  cp tests/relays/whip-server/config.js "$folder/src/config.js"
  echo "$folder"
}
