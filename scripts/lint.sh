# ./dev lint and ./dev advisories: what CI checks besides the tests.
# shellcheck shell=bash

# lint [newest|windows]
lint() {
  takes lint "newest windows" "$@"
  if [ "${1:-}" = windows ]; then setup --windows; get_windows_target; else setup; fi
  build_pages
  if [ "${1:-}" = newest ]; then lint_newest; return 0; fi
  if [ "${1:-}" = windows ]; then lint_for_windows; return 0; fi
  say "Formatting"; cargo fmt --all --check
  npm run --silent --prefix ui lint
  say "The pages' types"; npm run --silent --prefix ui check
  # With what only the benches use: nothing else compiles it.
  say "Clippy"; cargo clippy --locked --workspace --all-targets --features media/measuring -- -D warnings
  cargo clippy --locked -p skylark --no-default-features --all-targets -- -D warnings
  say "Clippy without H.264"; cargo clippy --locked -p studio --no-default-features --lib -- -D warnings
  lint_for_windows program
  say "Documentation"; RUSTDOCFLAGS="-D warnings" cargo doc --locked --quiet --workspace --no-deps --document-private-items
  lint_headless_tree
  say "Dependencies: bans, licences, sources"
  have cargo-deny || cargo install --quiet --locked cargo-deny
  cargo deny --log-level error check bans licenses sources
  look_at_advisories
  if [ -n "$ADVISORIES" ]; then say "Advisories: nothing that deny.toml does not list. Database: $ADVISORIES"; fi
  say "Advisories: last look that was written down: $(sed -n 's/^# Last look: //p' deny.toml)"
}

# What the next Rust will say, by the nightly one that is here: warnings are errors there as well. Asked for by itself, because it compiles
# everything once more; in a folder of its own, so that what the usual Rust built stays.
lint_newest() {
  local target
  if [[ $'\n'$(rustup toolchain list 2>/dev/null || true) != *$'\n'nightly* ]]; then
    say "A newer Rust was not tried: there is no nightly one here. Get it with: rustup toolchain install nightly --profile minimal --component clippy"
    return 0
  fi
  target="$(target_dir)/nightly"
  say "The newest Rust that is here: $(rustup run nightly rustc --version)"
  CARGO_TARGET_DIR=$target rustup run nightly cargo clippy --locked --workspace --all-targets --features media/measuring -- -D warnings ||
    die "The newest Rust that is here does not take it as it is, see above."
  say "The newest Rust builds and lints without a warning"
}

lint_headless_tree() {
  local tree
  say "The headless program's tree"
  tree=$(cargo tree --locked --no-default-features -e normal --prefix none)
  if [[ $'\n'$tree =~ $'\n'(tauri|wry|tao|gtk|webkit2gtk)[^$'\n']* ]]; then die "The headless program must not depend on:${BASH_REMATCH[0]}"; fi
}

# The day of the newest database of advisories that was looked at; empty where there is none.
ADVISORIES=

# Checks against the advisories: fetched now or, without a network, as they were fetched last; ends everything where one is open.
look_at_advisories() {
  local folder="${CARGO_HOME:-$HOME/.cargo}/advisory-dbs" database offline=()
  if [ "${SKYLARK_ADVISORIES:-}" = offline ] || ! timeout 60 cargo deny --log-level off fetch db >/dev/null 2>&1; then
    offline=(--offline)
    if ! compgen -G "$folder/*/" >/dev/null; then say "Advisories are not looked at now: their database cannot be fetched, and was not before."; return 0; fi
    say "Advisories: their database is not fetched now; it is the one that was fetched last."
  fi
  cargo deny "${offline[@]}" --log-level error check advisories || die "An advisory is open, see above: update the crate, or list it in deny.toml with the reason."
  for database in "$folder"/*/; do if [ -d "$database" ]; then ADVISORIES=$(git -C "$database" log -1 --format=%cs); fi; done
}

# Looks, and writes down that somebody did.
advisories() {
  takes advisories "" "$@"
  local looked
  have cargo-deny || cargo install --quiet --locked cargo-deny
  look_at_advisories
  [ -n "$ADVISORIES" ] || die "Nothing was written down."
  looked="$(date -u +%F), at the database of $ADVISORIES: no open vulnerability; unmaintained: those that are listed here."
  sed -i "s/^# Last look: .*/# Last look: $looked/" deny.toml
  say "Advisories: $looked"
}

# lint_for_windows [program]: the program for Windows without its window, as every lint does where the compiler is there; and all of it with the
# tests that run under Wine, which is asked for by itself, because it compiles Tauri and the tests once more.
lint_for_windows() {
  local why
  why=$(no_windows_tools)
  if [ -n "$why" ]; then say "Windows was not checked: $why. See ./dev build --windows"; return 0; fi
  say "Clippy for Windows"
  # In a shell of its own: what builds for Windows stands in the environment.
  (windows_environment; clippy_for_windows "$@")
}

clippy_for_windows() {
  local name tested=()
  cargo clippy --locked -p skylark --no-default-features --target $WINDOWS_TARGET -- -D warnings
  if [ "${1:-}" = program ]; then return 0; fi
  for name in $WINE_CRATES; do tested+=(-p "$name"); done
  cargo clippy --locked -p skylark --target $WINDOWS_TARGET -- -D warnings
  cargo clippy --locked --target $WINDOWS_TARGET "${tested[@]}" --lib --tests -- -D warnings
}
