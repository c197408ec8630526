# ./dev test: the suites, what of them was skipped and why, and one true line at the end.
# shellcheck shell=bash

SUITES="scripts ui rust browser desktop relays package"

FAILED=()
# Each suite runs in a shell of its own, so what it has to say beside its result is kept in files.
# What was skipped and why, a line each; and the suites of which nothing was run.
SKIPPED='' LEFT_OUT=''
# The tests that failed, and what they said: told once more at the end, where nobody has to look for it.
WRONG=''
skip() { printf '%s\n' "$*" >>"$SKIPPED"; }

# suite NAME COMMAND...: runs one part of the tests, goes on after a failure, remembers it.
suite() {
  local name="$1" start=$SECONDS status
  shift
  say "Tests: $name"
  # Not in an `if`: there the shell would go on after the first failing line.
  set +e
  (set -e; SUITE=$name; "$@")
  status=$?
  set -e
  if [ $status = 0 ]; then say "Tests: $name ended well ($((SECONDS - start)) s)"; else FAILED+=("$name"); say "Tests: $name FAILED ($((SECONDS - start)) s)"; fi
}

test_scripts() {
  node_tests tests/scripts/*.test.mjs
}

test_ui() {
  npm run --silent --prefix ui check
  npm run --silent --prefix ui test
}

# Why there can be no network of namespaces here; nothing where there can.
no_namespaces() {
  local tool name="sky-try-$$"
  for tool in ip tc nft ethtool; do
    if ! have $tool; then echo "$tool is not installed"; return 0; fi
  done
  if [ "$(id -u)" != 0 ]; then echo "network namespaces need root"; return 0; fi
  if ip netns add "$name" 2>/dev/null; then ip netns delete "$name"; else echo "root has no leave here to make a network namespace"; fi
}

test_rust() {
  local why status=0
  why=$(no_namespaces)
  if [ -n "$why" ]; then skip "rust: the stories on thin and lossy lines and on attackers with addresses of their own # $why"; fi
  if ! have pulseaudio || ! have paplay; then skip "rust: the microphone's tests # pulseaudio or paplay is not installed"; fi
  if ! have ffmpeg; then skip "rust: the tests that decode what the encoders make # ffmpeg is not installed"; fi
  if ! have Xvfb; then skip "rust: the window's threads # Xvfb is not installed"; fi
  cargo build --locked --workspace --bin fakecam
  why=$("$(target_dir)/debug/fakecam" tests/support/cameras/none.json -- true 2>&1) || status=$?
  if [ $status = 77 ]; then skip "rust: the tests with cameras # $why"; fi
  cargo_tests --workspace
  cargo_tests -p protocol --features typescript --test typescript
}

# cargo_tests ARGUMENTS...: goes on behind a program of tests that fails: the next one may have more to say.
cargo_tests() {
  local log status=0
  log=$(mktemp)
  cargo test --locked --no-fail-fast "$@" 2>&1 | tee "$log" || status=$?
  if [ $status != 0 ]; then
    # Where nothing of that is found (a compiler that was ended), the suite's name is all there is to say.
    { echo "$SUITE:"; grep -E -A2 "^test .* FAILED$|^thread .* panicked at |^error" "$log" | grep -vE "^(--|stack backtrace:|failures:|)$"; } >>"$WRONG" || true
  fi
  rm -f "$log"
  return $status
}

test_browser() {
  built
  node_tests tests/browser/*.test.mjs
}

test_desktop() {
  built
  if have Xvfb && have WebKitWebDriver; then tauri_driver; fi
  node_tests tests/desktop/*.test.mjs
}

test_package() {
  npm_install tests
  build_package
  SKYLARK_DEB="$DEB"
  export SKYLARK_DEB
  node_tests tests/package/*.test.mjs
}

# Builds the program that browser and window tests drive.
built() {
  npm_install tests
  cargo build --locked --bin skylark
  cargo build --locked --workspace --bin fakecam
  SKYLARK_BIN="$(target_dir)/debug/skylark"
  FAKECAM_BIN="$(target_dir)/debug/fakecam"
  export SKYLARK_BIN FAKECAM_BIN
}

# One file after the other: these stories share two cores with real browsers. NODE_TESTS_BEFORE: what starts them, in a network of their own.
node_tests() {
  local log status=0 line passed=0
  log=$(mktemp)
  # shellcheck disable=SC2086
  ${NODE_TESTS_BEFORE:-} node --test --test-concurrency=1 --test-reporter=spec "$@" | tee "$log" || status=1
  while read -r line; do
    case $line in
      '﹣ '*) skip "$SUITE: ${line#﹣ }" ;;
      'ℹ pass '*) passed=${line#ℹ pass } ;;
    esac
  done <"$log"
  # The reporter's own list, at the end of what it prints.
  if [ $status != 0 ]; then { echo "$SUITE:"; sed -n '/^✖ failing tests:/,$p' "$log" | head -n 100; } >>"$WRONG"; fi
  rm -f "$log"
  if [ $status = 0 ] && [ "$passed" = 0 ]; then echo "$SUITE" >>"$LEFT_OUT"; fi
  return $status
}

tauri_driver() {
  if have tauri-driver; then return 0; fi
  say "Installing tauri-driver"
  cargo install --quiet --locked tauri-driver@2.1.0
}

# run_tests [SUITE...]
run_tests() {
  local wanted=("$@") name passed=() left=()
  if [ "${1:-}" = fresh ]; then shift; fresh "$@"; return 0; fi
  # shellcheck disable=SC2206
  [ $# -gt 0 ] || wanted=($SUITES)
  for name in "${wanted[@]}"; do
    [[ " $SUITES " == *" $name "* ]] || die "There is no test suite '$name'. The suites are: $SUITES, and, by themselves: fresh [RELEASE...]"
  done
  setup --tests
  build_pages
  SKIPPED=$(mktemp) LEFT_OUT=$(mktemp) WRONG=$(mktemp)
  for name in "${wanted[@]}"; do suite "$name" "test_$name"; done
  for name in $SUITES; do
    if [[ " ${FAILED[*]} " == *" $name "* ]]; then continue; fi
    if [[ " ${wanted[*]} " != *" $name "* ]]; then left+=("$name (not asked for)")
    elif [[ $'\n'$(<"$LEFT_OUT")$'\n' == *$'\n'$name$'\n'* ]]; then left+=("$name (all skipped)")
    else passed+=("$name"); fi
  done
  last_line
}

# What is true of the whole run: "All passed" only where every suite was run and nothing of it was skipped.
last_line() {
  local skipped=0 words
  if [ -s "$SKIPPED" ]; then
    say "Skipped, and why:"
    sed 's/^/  /' "$SKIPPED" >&2
    skipped=$(wc -l <"$SKIPPED")
  fi
  if [ -s "$WRONG" ]; then
    say "What failed:"
    sed 's/^/  /' "$WRONG" >&2
  fi
  rm -f "$SKIPPED" "$LEFT_OUT" "$WRONG"
  words="Passed: ${passed[*]:-nothing}."
  if [ "$skipped" != 0 ]; then words+=" Skipped: $skipped, listed above."; fi
  if [ ${#left[@]} -gt 0 ]; then words+=" Left out: $(IFS=,; echo "${left[*]}" | sed 's/,/, /g')."; fi
  if [ ${#FAILED[@]} -gt 0 ]; then die "Failed: ${FAILED[*]}. $words"; fi
  if [ "$skipped" = 0 ] && [ ${#left[@]} = 0 ]; then words="All passed: ${passed[*]}"; fi
  say "$words"
}
