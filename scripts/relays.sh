# ./dev test relays: the stream handed to real engines, in a network of their own.
# shellcheck shell=bash

# Where other people's servers are kept, by their versions.
PEERS="${XDG_CACHE_HOME:-$HOME/.cache}/skylark-peers"

# LiveKit is in no distribution. It is built from its source, by a Go that is new enough for it.
LIVEKIT_VERSION=1.13.5
MIN_GO=1.26

# mediasoup is a library in npm, whose worker is built from the source in its package. It is the last line that Debian 12's own libraries fit.
MEDIASOUP_VERSION=3.12.16
MEDIASOUP_PACKAGES="build-essential pkg-config python3-venv libabsl-dev libuv1-dev libsrtp2-dev libusrsctp-dev libssl-dev nlohmann-json3-dev"

# Of a videobridge of Jitsi's Maven Central has the parts alone. They want a Java of at least this.
MIN_JAVA=17

test_relays() {
  local why
  why=$(no_engines)
  if [ -n "$why" ]; then
    SKYLARK_RELAYS_MISSING=$why node_tests tests/relays/*.test.mjs
    return
  fi
  SKYLARK_WHIP_SERVER=$(whip_server)
  cached_engines
  npm_install tests
  # Its viewers' page is in the program.
  build_pages
  cargo build --locked --bin skylark
  cargo build --locked --workspace --bin crowd
  SKYLARK_BIN="$(target_dir)/debug/skylark"
  CROWD_BIN="$(target_dir)/debug/crowd"
  export SKYLARK_BIN CROWD_BIN SKYLARK_WHIP_SERVER SKYLARK_RELAYS_INTERFACE=engines
  (relays_in_halves)
}

# Two halves at a time, each in a network of its own with the same addresses: they wait for engines and browsers most of the time. What the
# second says is told when the first is through.
relays_in_halves() {
  local space="sky-relays-$$" file first=() second=() log other half status=0
  for file in tests/relays/*.test.mjs; do
    # What whip's needs is there wherever any of it is, so neither half is skipped as a whole.
    case ${file##*/} in
      livekit* | mediasoup* | whip*) second+=("$file") ;;
      *) first+=("$file") ;;
    esac
  done
  without_networks_behind "$space-1" "$space-2"
  for half in 1 2; do
    ip netns add "$space-$half"
    relays_network "$space-$half"
  done
  log=$(mktemp)
  NODE_TESTS_BEFORE="ip netns exec $space-2" node_tests "${second[@]}" >"$log" 2>&1 &
  other=$!
  NODE_TESTS_BEFORE="ip netns exec $space-1" node_tests "${first[@]}" || status=$?
  wait $other || status=$?
  cat "$log"
  rm -f "$log"
  return $status
}

# without_networks_behind NAME...: in a shell of its own, which leaves none of these behind, however it ends.
without_networks_behind() {
  local name all=''
  for name in "$@"; do all+="ip netns delete '$name' 2>/dev/null; "; done
  # shellcheck disable=SC2064 # Their names are known now.
  trap "$all" EXIT
}

# The engines that are in no distribution, for what starts them; or why they cannot be had here.
cached_engines() {
  SKYLARK_LIVEKIT_MISSING=$(no_livekit)
  if [ -z "$SKYLARK_LIVEKIT_MISSING" ]; then SKYLARK_LIVEKIT=$(livekit_server); fi
  export SKYLARK_LIVEKIT SKYLARK_LIVEKIT_MISSING
  SKYLARK_MEDIASOUP_MISSING=$(no_mediasoup)
  if [ -z "$SKYLARK_MEDIASOUP_MISSING" ]; then SKYLARK_MEDIASOUP=$(mediasoup_folder); fi
  export SKYLARK_MEDIASOUP SKYLARK_MEDIASOUP_MISSING
  SKYLARK_JITSI_MISSING=$(no_jitsi)
  if [ -z "$SKYLARK_JITSI_MISSING" ]; then SKYLARK_JITSI=$(jitsi_parts); fi
  export SKYLARK_JITSI SKYLARK_JITSI_MISSING
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

# Why there can be no mediasoup; nothing where there can.
no_mediasoup() {
  local package
  if [ -x "$PEERS/mediasoup-$MEDIASOUP_VERSION/mediasoup-worker" ]; then return 0; fi
  if ! have dpkg-query; then echo "mediasoup's worker is not built, and $MEDIASOUP_VERSION is built with Debian 12's libraries"; return 0; fi
  for package in $MEDIASOUP_PACKAGES; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      echo "mediasoup's worker is not built, and $package is not installed, which is needed to build it (all: apt-get install $MEDIASOUP_PACKAGES)"
      return 0
    fi
  done
  if ! dpkg --compare-versions "$(dpkg-query -W -f '${Version}' libsrtp2-dev)" lt 2.6 || ! dpkg --compare-versions "$(dpkg-query -W -f '${Version}' libabsl-dev)" lt 20230000; then
    echo "mediasoup's worker is not built, and $MEDIASOUP_VERSION fits Debian 12's libraries only"
  fi
}

# The folder with mediasoup's worker and what the front needs of npm.
mediasoup_folder() {
  local folder="$PEERS/mediasoup-$MEDIASOUP_VERSION"
  if ! [ -x "$folder/mediasoup-worker" ]; then mediasoup_worker "$folder"; fi
  if ! cmp -s docs/mediasoup/package-lock.json "$folder/.skylark-installed"; then
    cp docs/mediasoup/package.json docs/mediasoup/package-lock.json "$folder/"
    # Its own script would fetch a worker, or build one.
    npm ci --loglevel=error --no-fund --no-audit --ignore-scripts --prefix "$folder" >&2 || die "npm could not install what the front of mediasoup needs, see above."
    cp docs/mediasoup/package-lock.json "$folder/.skylark-installed"
  fi
  echo "$folder"
}

# Builds the worker, the first time: some ten minutes of one core. Its build would download each library that it names; a folder that is there already is
# taken instead, and these declare Debian's.
mediasoup_worker() {
  local folder=$1 work source
  say "Building mediasoup's worker $MEDIASOUP_VERSION. That takes ten minutes or more, the first time."
  mkdir -p "$PEERS"
  work=$(mktemp -d -p "$PEERS")
  source="$work/package/worker"
  (cd "$work" && npm pack --silent "mediasoup@$MEDIASOUP_VERSION" | xargs tar xzf) >&2 || die "mediasoup's package could not be fetched, see above. Is there a network? Then run this again."
  python3 -m venv "$work/venv" >&2
  "$work/venv/bin/pip" install -q meson==1.9.1 ninja==1.13.0 >&2 || die "meson and ninja could not be installed, see above. Is there a network? Then run this again."
  debians_library "$source" abseil-cpp "all = []
foreach n : ['base', 'flat_hash_map', 'flat_hash_set', 'inlined_vector', 'optional', 'strings', 'variant', 'raw_hash_set', 'hash', 'city', 'throw_delegate', 'time', 'type_traits']
  all += dependency('absl_' + n)
endforeach
absl_container_dep = declare_dependency(dependencies: all)
absl_optional_dep = absl_container_dep
absl_strings_dep = absl_container_dep
absl_types_dep = absl_container_dep
absl_base_dep = absl_container_dep
absl_container_lib = none"
  debians_library "$source" openssl "openssl_dep = dependency('openssl')
libcrypto_lib = none
libssl_lib = none"
  debians_library "$source" nlohmann_json "nlohmann_json_dep = dependency('nlohmann_json')"
  debians_library "$source" libuv "libuv_dep = dependency('libuv')
libuv = none" build_tests build_benchmarks
  # The source says <srtp.h>, Debian <srtp2/srtp.h>.
  debians_library "$source" libsrtp2 "libsrtp2_dep = declare_dependency(dependencies: dependency('libsrtp2'), compile_args: '-I/usr/include/srtp2')
libsrtp2 = none" crypto-library crypto-library-kdf fuzzer pcap-tests tests doc
  debians_library "$source" usrsctp "usrsctp_dep = dependency('usrsctp')
usrsctp = none" sctp_build_programs sctp_build_fuzzer
  debians_library "$source" catch2 "catch2_dep = declare_dependency()"
  (
    cd "$source" && PATH="$work/venv/bin:$PATH"
    meson setup "$work/build" --buildtype=debug -Ddebug=false -Doptimization=1 && nice -n 19 ninja -C "$work/build" -j1 mediasoup-worker
  ) >&2 || die "mediasoup's worker could not be built, see above."
  mkdir -p "$work/done"
  mv "$work/build/mediasoup-worker" "$work/done/"
  rm -rf "$folder"
  # Whole or not at all.
  mv "$work/done" "$folder"
  rm -rf "$work"
}

# debians_library SOURCE NAME DECLARED [OPTION...]: the folder that the wrap of this name would be downloaded into.
debians_library() {
  local folder
  folder="$1/subprojects/$(sed -n 's/^directory *= *//p' "$1/subprojects/$2.wrap")"
  mkdir -p "$folder"
  : >"$folder/none.c"
  printf "project('%s', 'c')\nnone = static_library('none-%s', 'none.c')\n%s\n" "$2" "$2" "$3" >"$folder/meson.build"
  if [ $# -gt 3 ]; then printf "option('%s', type: 'string')\n" "${@:4}" >"$folder/meson_options.txt"; fi
}

# Why there can be no parts of a videobridge; nothing where there can.
no_jitsi() {
  local program java
  for program in java javac mvn; do
    if ! have $program; then echo "the parts of a videobridge are in Java, and there is no $program"; return 0; fi
  done
  java=$(javac -version 2>&1)
  if ! at_least "${java#javac }" "$MIN_JAVA"; then echo "the parts of a videobridge want Java $MIN_JAVA or newer, and there is ${java#javac }"; fi
}

# The folder with the parts of a videobridge, which Maven fetches, and what puts them together.
jitsi_parts() {
  local source=tests/relays/jitsi folder work
  folder="$PEERS/jitsi-parts-$(cat $source/pom.xml $source/src/main/java/*.java | sha256sum | cut -c -16)"
  if ! [ -d "$folder" ]; then
    say "Getting the parts of a videobridge"
    mkdir -p "$PEERS"
    work=$(mktemp -d -p "$PEERS")
    mvn -B -q -f $source/pom.xml dependency:copy-dependencies -DoutputDirectory="$work/lib" >&2 || die "Maven could not fetch the parts of a videobridge, see above. Is there a network? Then run this again."
    javac -Werror -cp "$work/lib/*" -d "$work/classes" $source/src/main/java/*.java >&2 || die "What puts the parts of a videobridge together does not compile, see above."
    # Whole or not at all.
    mv "$work" "$folder"
  fi
  echo "$folder"
}

# A namespace has loopback, and an interface with an address of loopback's: libnice, below Janus, leaves loopback itself out.
relays_network() {
  ip -n "$1" link set lo up
  ip -n "$1" link add engines type veth peer name engines-peer
  ip -n "$1" address add 127.0.0.77/32 dev engines
  ip -n "$1" link set engines up
  ip -n "$1" link set engines-peer up
}

# home_line HOME OUTSIDE: two networks with a line between them, and what goes out of HOME is as fast as a home's uplink. Its queue is
# that of a usual router: what does not fit into two tenths of a second is lost.
home_line() {
  ip -n "$1" link set lo up
  ip -n "$2" link set lo up
  ip link add line netns "$1" type veth peer name engines netns "$2"
  ip -n "$1" address add 10.77.0.1/24 dev line
  ip -n "$2" address add 10.77.0.2/24 dev engines
  ip -n "$1" link set line up
  ip -n "$2" link set engines up
  ip netns exec "$1" tc qdisc replace dev line root tbf rate 25mbit burst 32kb latency 200ms
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
