# A machine with a Wine that is new enough for Windows' programs of today: Debian 13 in a folder, made once. Debian 12's Wine 8 lacks a DLL
# that Rust's programs need (bcryptprimitives).
# shellcheck shell=bash

WINE_MACHINE="$WINDOWS_CACHE/wine"
MIN_WINE=10

# Why no program for Windows can be run here; nothing where one can, or where the machine for it can be made.
no_wine() {
  if [ "$(id -u)" != 0 ]; then echo "a machine with Wine (a chroot) needs root"; return 0; fi
  if ! have debootstrap && [ ! -f "$WINE_MACHINE.done" ]; then echo "debootstrap is not installed"; fi
}

# Makes the machine where it is not there. Where it cannot be made WINE_MISSING says why.
WINE_MISSING=
make_wine() {
  # make_base's own words: it adds to `results` what it could not do.
  local release=debian13 folder="$FRESH/debian13" left=0 failed=0 results=() log="$WINDOWS_CACHE/wine.log" status version
  if [ -f "$WINE_MACHINE.done" ]; then return 0; fi
  mkdir -p "$WINDOWS_CACHE" "$folder/logs" "$folder/done"
  make_base
  if [ ! -f "$folder/done/base" ]; then WINE_MISSING="${results[*]}"; return 0; fi
  say "Making a machine with Wine (log: $log)"
  set +e
  (set -e; fill_wine) >"$log" 2>&1 </dev/null
  status=$?
  set -e
  if [ $status != 0 ]; then tail -n 5 "$log" >&2; WINE_MISSING="Debian 13's Wine could not be installed, see $log"; return 0; fi
  version=$(in_wine / wine --version)
  version=${version#wine-}
  if ! at_least "${version%% *}" $MIN_WINE; then WINE_MISSING="Wine $MIN_WINE or newer is needed, and Debian 13 has ${version%% *}"; return 0; fi
  echo "$version" >"$WINE_MACHINE.done"
}

fill_wine() {
  remove_machine "$WINE_MACHINE"
  cp -a --reflink=auto "$folder/base" "$WINE_MACHINE"
  inside "$WINE_MACHINE" root sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wine wine64 && apt-get clean'
  # Its folder of Windows' own files takes ten seconds to be made.
  in_wine / wineboot --init
  in_wine / wineserver --wait
}

# in_wine FOLDER COMMAND...: in that machine, where the folder is /skylark.
in_wine() { unshare --mount --propagation private bash scripts/enter-wine.sh "$WINE_MACHINE" "$@"; }

# The crates whose unit tests run there: those that decide, and those with a half of Windows' own.
WINE_CRATES="threads protocol stream words audience chat rtp sdp reach record studio"

# It reads the fuzzers' seeds out of the clone, which is not in that machine.
WINE_SKIPS=fuzz::tests::every_seed_passes

# Until this shell ends: Wine has one server for all that run, and that has one folder.
alone_with_wine() {
  local lock
  mkdir -p "$WINDOWS_CACHE"
  exec {lock}>"$WINDOWS_CACHE/wine.lock"
  if flock --nonblock "$lock"; then return 0; fi
  say "Another ./dev test windows is at work; waiting until it is done."
  flock "$lock"
}

# ./dev test windows
test_windows() {
  local why name selected=() profile=debug
  get_windows_target
  why=$(no_windows_tools)
  if [ -z "$why" ]; then why=$(no_wine); fi
  if [ -z "$why" ]; then alone_with_wine; make_wine; why=$WINE_MISSING; fi
  if [ -n "$why" ]; then skip "windows # $why"; echo "$SUITE" >>"$LEFT_OUT"; return 0; fi
  npm_install tests
  cargo build --locked -p crowd --bin crowd
  windows_environment
  for name in $WINE_CRATES; do selected+=(-p "$name"); done
  cargo_tests --config "target.$WINDOWS_TARGET.runner=['bash', '$PWD/scripts/run-in-wine.sh', '$WINE_MACHINE']" --target $WINDOWS_TARGET --lib "${selected[@]}" -- --skip "$WINE_SKIPS"
  # With the window: what it does without one is what the program has that has none.
  cargo build --locked --bin skylark --target $WINDOWS_TARGET
  SKYLARK_EXE="$(target_dir)/$WINDOWS_TARGET/$profile/skylark.exe" CROWD_BIN="$(target_dir)/$profile/crowd"
  SKYLARK_INSTALLER=
  if have makensis; then pack_for_windows "$SKYLARK_EXE" "$(target_dir)/$WINDOWS_TARGET/$profile/installer"; SKYLARK_INSTALLER="$INSTALLER"; fi
  export SKYLARK_EXE CROWD_BIN WINE_MACHINE SKYLARK_INSTALLER
  node_tests tests/windows/*.test.mjs
}
