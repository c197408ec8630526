# ./dev setup: all that a command needs and that is missing here, the packages in one round.
# shellcheck shell=bash

# setup [--headless] [--windows] [--tests] [--peers]
setup() {
  takes setup "--headless --windows --tests --peers" "$@"
  local required="$BUILD_PACKAGES" wanted='' tools='' words=" $* "
  [[ $words == *" --headless "* ]] || required+=" $WINDOW_PACKAGES"
  [[ $words != *" --windows "* ]] || { required+=" $WINDOWS_PACKAGES"; have rustup || tools+=" libstd-rust-dev-windows"; }
  [[ $words != *" --tests "* ]] || wanted+=" $TEST_PACKAGES"
  [[ $words != *" --peers "* ]] || wanted+=" $PEER_PACKAGES"
  # npm brings Node, and is what gets a newer one; rustup, where the distribution has it, gets a newer Rust.
  node_is_new_enough || have npm || required+=" npm"
  rust_is_new_enough || have rustup || tools+=" rustup"
  install_packages "$required" "$wanted" "$tools"
  setup_rust
  setup_node
}
