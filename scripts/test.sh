# ./dev test: the suites, what of them was skipped and why, and one true line at the end.
# shellcheck shell=bash

SUITES="scripts ui rust browser desktop relays package"
# Only where they are asked for.
MORE_SUITES="windows long"

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

# Whether somebody's tool is in PATH, or where systems keep servers.
have_server() { have "$1" || [ -x "${SKYLARK_SYSTEM_ROOT:-}/usr/sbin/$1" ]; }

# no_network TOOLS: why there can be no network of namespaces here; nothing where there can.
no_network() {
  local tool name="sky-try-$$"
  for tool in $1; do
    if ! have "$tool"; then echo "$tool is not installed"; return 0; fi
  done
  if [ "$(id -u)" != 0 ]; then echo "network namespaces need root"; return 0; fi
  if ip netns add "$name" 2>/dev/null; then ip netns delete "$name"; else echo "root has no leave here to make a network namespace"; fi
}

# The networks with lines of a given rate and loss.
no_namespaces() { no_network "ip tc nft ethtool"; }

# Why nothing can be mounted in a view of the file system of one's own; nothing where it can.
no_mounts() {
  local tool
  for tool in unshare mount; do
    if ! have $tool; then echo "$tool is not installed"; return 0; fi
  done
  if [ "$(id -u)" != 0 ]; then echo "mounting needs root"; return 0; fi
  unshare --mount mount -t tmpfs tmpfs "${TMPDIR:-/tmp}" 2>/dev/null || echo "root has no leave here to mount anything"
}

# Why this user's folders cannot be closed to this user; nothing where they can.
no_closed_folders() {
  if [ "$(id -u)" != 0 ]; then return 0; fi
  if ! have setpriv; then echo "setpriv is not installed"; return 0; fi
  setpriv --bounding-set=-dac_override --inh-caps=-dac_override true 2>/dev/null || echo "root cannot give up here that permissions mean nothing to it"
}

# Why the system gives this user's threads no real time; nothing where it does. RealtimeKit may give it all the same: it is not asked here.
no_real_time() {
  if ! have chrt; then echo "chrt is not installed"; return 0; fi
  chrt --rr 1 true 2>/dev/null || echo "the system gives this user's threads no real time"
}

# Why there can be no camera made of nothing (needs the program fakecam); nothing where there can.
no_cameras() {
  local status=0 why
  why=$("$(target_dir)/debug/fakecam" tests/support/cameras/none.json -- true 2>&1) || status=$?
  if [ $status = 77 ]; then echo "$why"; fi
}

# Why no desktop on Wayland can be made that nobody sees; nothing where it can. Some of its programs stand in no PATH.
no_wayland() {
  local program why root="${SKYLARK_SYSTEM_ROOT:-}" tools=(dbus-daemon dbus-send sway swaymsg swaybg pipewire wireplumber cc)
  # Sway does not run as root.
  if [ "$(id -u)" = 0 ]; then tools+=(setpriv); fi
  why=$(without "${tools[@]}")
  for program in xdg-desktop-portal xdg-desktop-portal-wlr xdg-permission-store; do
    if ! [ -x "$root/usr/libexec/$program" ] && ! [ -x "$root/usr/lib/xdg-desktop-portal/$program" ] && ! [ -x "$root/usr/lib/$program" ]; then
      why="${why:-$program is not installed}"
    fi
  done
  if [ -n "$why" ]; then echo "$why"; fi
}

# without TOOL...: the first that is missing, as a reason.
without() {
  local tool
  for tool in "$@"; do
    if ! have_server "$tool"; then echo "$tool is not installed"; return 0; fi
  done
}

# Why no screen can be encoded as AV1; nothing where one can. Systems keep it in a folder by the machine's name, or in none.
no_libaom() {
  local folder found=''
  for folder in "${SKYLARK_SYSTEM_ROOT:-}"/usr/lib*/ "${SKYLARK_SYSTEM_ROOT:-}"/usr/lib/*/; do
    if [ -e "${folder}libaom.so.3" ]; then found=yes; fi
  done
  if [ -z "$found" ]; then echo "libaom is not installed"; fi
}

# What of the Rust tests ends early, and why: what a test does when it finds that it lacks something nobody sees, because cargo keeps
# what a test prints that passes. One line a need; tests/scripts/suites.test.mjs looks that no test ends early for another.
rust_needs() {
  needs "the stories on thin and lossy lines and on attackers with addresses of their own" no_namespaces
  needs "the stories on networks without a router" no_network ip
  needs "the stories behind nginx" without nginx openssl
  needs "the stories behind Caddy" without caddy openssl
  needs "the stories of names that change and of disks that are full, and the files in places that are mounted" no_mounts
  needs "the files in a folder that may not be changed" no_closed_folders
  needs "the microphone's tests" without pulseaudio paplay
  needs "the tests that decode what the encoders make or what was recorded" without ffmpeg
  needs "the window's threads, and X11's screens and windows" without Xvfb
  needs "Wayland's screens" no_wayland
  needs "the watching by IPv6" no_ipv6
  needs "the tests with cameras" no_cameras
  needs "the threads' priority" no_real_time
  needs "the tests that encode AV1" no_libaom
}

# needs TESTS QUESTION...: says that these are skipped, where the question is answered with a reason. Asked by an assignment: a question
# that fails ends the suite, where it would pass for "no reason" as a part of another command's words.
needs() {
  local tests="$1" why
  shift
  why=$("$@")
  if [ -n "$why" ]; then skip "rust: $tests # $why"; fi
}

# Why loopback has no IPv6; nothing where it has.
no_ipv6() {
  local addresses="${SKYLARK_SYSTEM_ROOT:-}/proc/net/if_inet6"
  if ! [ -r "$addresses" ] || [[ $'\n'$(<"$addresses") != *$'\n'00000000000000000000000000000001\ * ]]; then echo "this machine has no IPv6"; fi
}

test_rust() {
  cargo build --locked --workspace --bin fakecam
  rust_needs
  cargo_tests --workspace --config "target.'cfg(unix)'.runner = ['scripts/run-rust-test.sh']"
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

# An hour of recording, ten minutes of a device whose clock is fast, fifty kills: SKYLARK_LONG_RECORDING_S, _DRIFT_S and _KILLS say otherwise.
test_long() {
  built
  node_tests tests/long/*.test.mjs
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
  cargo build --locked --workspace --bin fakecam --bin fakedesktop
  SKYLARK_BIN="$(target_dir)/debug/skylark"
  FAKECAM_BIN="$(target_dir)/debug/fakecam"
  FAKEDESKTOP_BIN="$(target_dir)/debug/fakedesktop"
  export SKYLARK_BIN FAKECAM_BIN FAKEDESKTOP_BIN
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
    [[ " $SUITES $MORE_SUITES " == *" $name "* ]] || die "There is no test suite '$name'. The suites are: $SUITES, only where it is asked for: $MORE_SUITES, and by themselves: fresh [RELEASE...]"
  done
  if [[ " ${wanted[*]} " == *" windows "* ]]; then setup --tests --windows; else setup --tests; fi
  build_pages
  SKIPPED=$(mktemp) LEFT_OUT=$(mktemp) WRONG=$(mktemp)
  for name in "${wanted[@]}"; do suite "$name" "test_$name"; done
  for name in $SUITES $MORE_SUITES; do
    if [[ " $MORE_SUITES " == *" $name "* && " ${wanted[*]} " != *" $name "* ]]; then continue; fi
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
