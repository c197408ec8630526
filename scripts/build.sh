# Building: the pages' dependencies, the pages, the program; and what of it stands between a change and a program that runs.
# shellcheck shell=bash

target_dir() { cargo metadata --no-deps --offline --format-version 1 | node -p 'JSON.parse(fs.readFileSync(0)).target_directory'; }

# Installs a package.json's dependencies when its lock file changed since the last time. Not by `npm ci`: that refuses a lock
# file which lacks the parts of other platforms; with --no-save what is locked is what is installed, and the file stays as it is.
npm_install() {
  local stamp="$1/node_modules/.skylark-installed"
  if cmp -s "$1/package-lock.json" "$stamp"; then return 0; fi
  # Before anything is changed: half of a new installation is not the old one.
  rm -f "$stamp"
  say "Installing the JavaScript dependencies of $1"
  npm install --no-save --loglevel=error --no-fund --no-audit --prefix "$1" >&2 ||
    die "npm could not install the JavaScript dependencies of $1, see above. Is there a network, and room on the disk? Then run this again."
  cp "$1/package-lock.json" "$stamp"
}

# What the pages are made of, as one check sum: of the contents and the names, because a file that is gone is a change too.
pages_sum() {
  find ui/src ui/*.ts ui/*.js ui/*.json icons/skylark.svg -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

# Builds both pages when something of theirs changed: the program embeds them and would be built again too.
build_pages() {
  local stamp=ui/dist/.built sum
  npm_install ui
  sum=$(pages_sum)
  if [ -f $stamp ] && [ "$(<$stamp)" = "$sum" ]; then return 0; fi
  rm -f $stamp
  say "Building the pages"
  npm run --silent --prefix ui build >&2 || die "The pages could not be built, see above."
  printf '%s\n' "$sum" >$stamp
}

# compile PROFILE KIND ARGUMENTS...: says what is built and how long it may take, builds it, and keeps a copy of each kind: both are
# called skylark where cargo puts them, and one would replace the other. Sets PROGRAM to the copy's path.
compile() {
  local profile="$1" kind="$2" target crates
  shift 2
  target=$(target_dir)
  if [ ! -d "$target/$profile/deps" ]; then
    crates=$(cargo tree --locked --edges normal,build --prefix none --format '{p}' "$@" | sed 's| (\*)$||' | LC_ALL=C sort -u | wc -l) || die "The crates could not be fetched, see above."
    say "Building Skylark ($kind): $crates crates and five C libraries. The first time takes up to 17 minutes on two cores, later ones much less; cargo says how far it is."
  else
    say "Building Skylark ($kind)"
  fi
  cargo build --profile "$profile" --locked --bin skylark "$@" >&2 || die "Skylark could not be built, see above. What was built before stays where it is, and is not started."
  mkdir -p "$target/$kind"
  cp --remove-destination "$target/$profile/skylark" "$target/$kind/skylark"
  PROGRAM="$target/$kind/skylark"
}

# build_program [--headless]
build_program() {
  takes build --headless "$@"
  setup "$@"
  build_pages
  if [ "${1:-}" = --headless ]; then compile release headless --no-default-features; else compile release window; fi
}

# ./dev build [--windows] [--headless]: the last line is the program's path.
build() {
  takes build "--windows --headless" "$@"
  if [[ " $* " == *" --windows "* ]]; then build_for_windows "$@"; else build_program "$@"; fi
  echo "$PROGRAM"
}

# ./dev types
types() {
  takes types "" "$@"
  SKYLARK_WRITE_TYPES=1 cargo test --quiet -p protocol --features typescript --test typescript >&2
  say "Wrote ui/src/protocol/index.ts"
}
