# Where commands are looked for, the Rust and the Node that are new enough, and how they are had where they are not.
# shellcheck shell=bash

MIN_RUST=1.90
MIN_NODE=20.19
NODE_TO_INSTALL=22

# Whoever starts this without a HOME (cron, a container) has one all the same, by the system's list of users.
export HOME="${HOME:-$(cd ~ && pwd)}"
# A Node of Skylark's own, for a distribution whose Node is too old.
OWN_NODE="${XDG_DATA_HOME:-$HOME/.local/share}/skylark-dev/node"

rust_version() { rustc --version 2>/dev/null | cut -d' ' -f2; }
rust_is_new_enough() { have cargo && have rustc && at_least "$(rust_version)" "$MIN_RUST"; }
node_is_new_enough() { have node && have npm && at_least "$(node --version | tr -d v)" "$MIN_NODE"; }

# The one place where PATH is set, before any command is carried out. What is installed later is then found by whoever comes
# after: a PATH that is changed while something is installed is lost with the shell in which that was done.
set_path() {
  local cargo="${CARGO_HOME:-$HOME/.cargo}/bin"
  [[ ":$PATH:" == *":$cargo:"* ]] || PATH="$cargo:$PATH"
  node_is_new_enough || PATH="$OWN_NODE/node_modules/.bin:$PATH"
  export PATH
  hash -r
}

setup_rust() {
  hash -r
  if rust_is_new_enough; then return 0; fi
  if ! have rustup; then
    say "Rust $MIN_RUST or newer is needed; running the official installer, for this user only, from https://rustup.rs"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --no-modify-path --profile minimal --component rustfmt,clippy >&2 ||
      die "The official installer of Rust could not be fetched or did not finish, see above. See https://rustup.rs, then run this again."
  else
    say "Rust $MIN_RUST or newer is needed (found: $(rust_version || echo none)); rustup gets the current stable one."
    rustup toolchain install stable --profile minimal --component rustfmt,clippy >&2 || die "rustup could not get Rust, see above."
    rustup default stable >&2 || die "rustup could not make the stable Rust the usual one, see above."
  fi
  hash -r
  rust_is_new_enough || die "Rust $MIN_RUST or newer could not be installed (found: $(rust_version || echo none)). See https://rustup.rs, then run this again."
}

setup_node() {
  hash -r
  if node_is_new_enough; then return 0; fi
  have npm || die "Node $MIN_NODE or newer is needed, and there is no npm to get it with. Install it from https://nodejs.org, then run this again."
  say "Node $MIN_NODE or newer is needed (found: $(node --version 2>/dev/null || echo none)); npm gets Node $NODE_TO_INSTALL into $OWN_NODE"
  mkdir -p "$OWN_NODE"
  npm install --loglevel=error --no-fund --no-audit --prefix "$OWN_NODE" "node@$NODE_TO_INSTALL" npm@10 >&2 ||
    die "npm could not get Node $NODE_TO_INSTALL, see above. Install Node $MIN_NODE or newer from https://nodejs.org, then run this again."
  hash -r
  node_is_new_enough || die "Node $MIN_NODE or newer could not be installed. Install it from https://nodejs.org, then run this again."
}
