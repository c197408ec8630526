# ./dev setup: all that a command needs and that is missing here, the packages in one round.
# shellcheck shell=bash

# setup [--headless] [--windows] [--tests] [--peers]
setup() {
  takes setup "--headless --windows --tests --peers" "$@"
  local required="$BUILD_PACKAGES" wanted='' tools='' words=" $* " windows=''
  [[ $words == *" --headless "* ]] || required+=" $WINDOW_PACKAGES"
  [[ $words != *" --windows "* ]] || { windows=" $WINDOWS_PACKAGES"; have rustup || tools+=" libstd-rust-dev-windows"; }
  # What tests need and cannot be had has them skipped.
  if [[ $words == *" --tests "* ]]; then wanted+=" $TEST_PACKAGES${windows:+$windows $WINE_PACKAGES}"; else required+="$windows"; fi
  [[ $words != *" --peers "* ]] || wanted+=" $PEER_PACKAGES"
  # npm brings Node, and is what gets a newer one; rustup, where the distribution has it, gets a newer Rust.
  node_is_new_enough || have npm || required+=" npm"
  rust_is_new_enough || have rustup || tools+=" rustup"
  install_packages "$required" "$wanted" "$tools"
  setup_rust
  setup_node
}
