# nothing_is_built_again WORDS...: what was built before is built: a second ./dev build compiles nothing, also in a terminal with another PATH.
nothing_is_built_again() {
  local said
  said=$(PATH="$PATH:/nowhere" ./dev build "$@" 2>&1) || { printf '%s\n' "$said"; echo "The second ./dev build $* failed."; return 1; }
  [[ $said != *Compiling* ]] || { printf '%s\n' "$said"; echo "The second ./dev build $* compiled again."; return 1; }
}
