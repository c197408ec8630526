# ./dev bench and ./dev fuzz: what Skylark costs, and what any bytes do to it.
# shellcheck shell=bash

BENCHES="forward pipeline joins latency click chat busy steady window panel quality relay"

bench() {
  local programs name="${1:-}"
  # A word that is none of them is told before anything is built, which takes minutes.
  case $name in
    -h | --help) echo "./dev bench [NAME] [OPTIONS]: $BENCHES; forward and pipeline by default. What each measures, and its options: docs/performance.md"; return 0 ;;
    "" | -*) ;;
    *) [[ " $BENCHES " == *" $name "* ]] || die "There is no './dev bench $name'. There are: $BENCHES." ;;
  esac
  case $name in
    window | panel | quality | relay)
      "bench_$name" "${@:2}"
      return 0
      ;;
  esac
  build_program --headless
  programs="$(target_dir)/release"
  cargo build --quiet --release --locked -p crowd --bins
  cargo build --quiet --release --locked -p forward --example idle
  if [ "${1:-}" = latency ]; then
    install_packages "" chromium
    npm_install tests
    SKYLARK_BIN="$PROGRAM" CROWD_BIN="$programs/crowd" node tests/bench/latency.mjs "${@:2}"
  elif [ "${1:-}" = click ]; then
    install_packages "" "chromium firefox-esr pulseaudio" ""
    npm_install tests
    SKYLARK_BIN="$PROGRAM" node tests/bench/click.mjs "${@:2}"
  else
    SKYLARK_BIN="$PROGRAM" FORWARDER_BIN="$programs/examples/idle" "$programs/bench" "$@"
  fi
}

# How many viewers a home's line holds with each engine behind it, and without.
bench_relay() {
  local home="sky-home-$$" outside="sky-outside-$$" why
  why=$(no_engines)
  [ -z "$why" ] || die "./dev bench relay runs beside real engines, in networks of its own, and here $why. Run it as root, after: ./dev setup --peers"
  cached_engines
  build_program --headless
  cargo build --quiet --release --locked -p crowd --bins
  install_packages "" chromium
  npm_install tests
  (
    without_networks_behind "$home" "$outside"
    ip netns add "$home"
    ip netns add "$outside"
    home_line "$home" "$outside"
    SKYLARK_BIN="$PROGRAM" CROWD_BIN="$(target_dir)/release/crowd" HOME_NAMESPACE=$home HOME_ADDRESS=10.77.0.1 HOME_LINE=line \
      SKYLARK_RELAYS_INTERFACE=engines SKYLARK_RELAYS_ADDRESS=10.77.0.2 ip netns exec "$outside" node tests/bench/relay.mjs "$@"
  )
}

# What the encoders make of clips, of a folder if there is one, and of what it makes itself.
bench_quality() {
  setup --headless
  install_packages ffmpeg "" python3-venv
  cargo build --quiet --release --locked -p media --features measuring --example quality
  VMAF_FFMPEG="$(vmaf_ffmpeg)" "$(target_dir)/release/examples/quality" "$@"
}

# Prints the path of an ffmpeg that measures VMAF, which Debian's does not: the one of PyPI's imageio-ffmpeg. Nothing where there is none: then
# it is PSNR, by the system's.
vmaf_ffmpeg() {
  local folder
  folder="$(target_dir)/vmaf"
  if ! [ -x "$folder/bin/python" ]; then
    python3 -m venv "$folder" >/dev/null 2>&1 || return 0
  fi
  "$folder/bin/python" -c 'import imageio_ffmpeg' 2>/dev/null ||
    "$folder/bin/python" -m pip install --quiet imageio-ffmpeg >/dev/null 2>&1 || return 0
  "$folder/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())' 2>/dev/null || true
}

# What the window costs: the program with its window, beside itself without one and an empty window.
bench_window() {
  build_program
  cargo build --quiet --release --locked --example empty_window
  install_packages "" "xvfb webkit2gtk-driver"
  npm_install tests
  tauri_driver
  SKYLARK_BIN="$PROGRAM" EMPTY_WINDOW_BIN="$(target_dir)/release/examples/empty_window" node tests/bench/window.mjs "$@"
}

# What a list of a thousand viewers costs the window, beside what it takes with nobody in it.
bench_panel() {
  build_program
  cargo build --quiet --release --locked -p crowd --bins
  install_packages "" "xvfb webkit2gtk-driver"
  npm_install tests
  tauri_driver
  SKYLARK_BIN="$PROGRAM" CROWD_BIN="$(target_dir)/release/crowd" node tests/bench/panel.mjs "$@"
}

# Runs one fuzz target, or each in turn. What it finds of use stays in src-tauri/fuzz/corpus, what crashes in artifacts. `keep` packs the
# corpora into the repository, each no larger than what it reaches needs: the next one to fuzz begins where this one ended.
fuzz() {
  local folder=src-tauri/fuzz target targets=() seeds output keep=""
  if [ "${1:-}" = keep ]; then keep=yes; shift; fi
  for target in "$folder"/fuzz_targets/*.rs; do targets+=("$(basename "$target" .rs)"); done
  if [ -n "${1:-}" ]; then
    [ -f "$folder/fuzz_targets/$1.rs" ] || die "There is no fuzz target '$1'. The targets are: ${targets[*]}"
    targets=("$1")
  fi
  [[ $# -le 2 && "${2:-60}" =~ ^[1-9][0-9]*$ ]] || die "./dev fuzz takes a target and a number of seconds, not: $*"
  cargo +nightly --version >/dev/null 2>&1 || die "Fuzzing needs a nightly compiler. Get it with: rustup toolchain install nightly --profile minimal"
  have cargo-fuzz || die "Fuzzing needs cargo-fuzz. Get it with: cargo install --locked cargo-fuzz"
  # The server's crate embeds the pages, whoever builds it.
  setup --headless
  build_pages
  output="$(target_dir)/fuzz"
  for target in "${targets[@]}"; do
    unpack_corpus "$folder" "$target"
    if [ -n "$keep" ]; then
      say "Keeping what $target has learnt"
      CARGO_TARGET_DIR="$output" cargo +nightly fuzz cmin --fuzz-dir "$folder" "$target" "$folder/corpus/$target" -- -max_len=65536
      pack_corpus "$folder" "$target"
      continue
    fi
    say "Fuzzing $target for ${2:-60} s"
    seeds=("$folder/seeds/$target")
    [ "$target" != offer ] || seeds+=(src-tauri/crates/forward/tests/offers)
    # As long as the longest offer that is read. What takes a tenth of a second fails in the target itself (fuzz/src/lib.rs).
    CARGO_TARGET_DIR="$output" cargo +nightly fuzz run --fuzz-dir "$folder" "$target" "$folder/corpus/$target" "${seeds[@]}" -- \
      -max_total_time="${2:-60}" -max_len=65536 -timeout=10 -print_final_stats=1
  done
}

# What earlier runs learnt, unless there is something already.
unpack_corpus() {
  mkdir -p "$1/corpus/$2"
  if [ -f "$1/corpora/$2.tar.gz" ] && [ -z "$(ls -A "$1/corpus/$2")" ]; then tar -xzf "$1/corpora/$2.tar.gz" -C "$1/corpus"; fi
}

# The same files make the same archive.
pack_corpus() {
  mkdir -p "$1/corpora"
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w -cf - -C "$1/corpus" "$2" | gzip -9n >"$1/corpora/$2.tar.gz"
}
