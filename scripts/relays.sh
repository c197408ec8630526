# ./dev test relays: the stream handed to real engines, in a network of their own.
# shellcheck shell=bash

# Where other people's servers are kept, by their versions.
PEERS="${XDG_CACHE_HOME:-$HOME/.cache}/skylark-peers"

test_relays() {
  local space="sky-relays-$$" status=0 why
  why=$(no_engines)
  if [ -n "$why" ]; then
    SKYLARK_RELAYS_MISSING=$why node_tests tests/relays/*.test.mjs
    return
  fi
  SKYLARK_WHIP_SERVER=$(whip_server)
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
