# ./dev run: the window where there is a display, else live without one.
# shellcheck shell=bash

# Where the sockets of displays on this machine are.
X_SOCKETS="${SKYLARK_X_SOCKETS:-/tmp/.X11-unix}"

# Why no window can be opened; nothing where one can. A display on another machine (ssh -X) is believed.
no_display() {
  local wayland="${WAYLAND_DISPLAY:-}" x="${DISPLAY:-}" number
  if [ -z "$wayland$x" ]; then echo "neither DISPLAY nor WAYLAND_DISPLAY is set"; return 0; fi
  [[ -z $wayland || $wayland == /* ]] || wayland="${XDG_RUNTIME_DIR:-/nowhere}/$wayland"
  if [ -n "$wayland" ] && [ -S "$wayland" ]; then return 0; fi
  if [[ $x =~ ^(unix)?:([0-9]+)(\.[0-9]+)?$ ]]; then
    number="${BASH_REMATCH[2]}"
    if [ -S "$X_SOCKETS/X$number" ] || { [ -r /proc/net/unix ] && [[ $(</proc/net/unix)$'\n' == *"@/tmp/.X11-unix/X$number"$'\n'* ]]; }; then return 0; fi
  elif [ -n "$x" ]; then
    return 0
  fi
  echo "nothing answers at${x:+ DISPLAY=$x}${wayland:+ WAYLAND_DISPLAY=$WAYLAND_DISPLAY}"
}

run() {
  local why
  why=$(no_display)
  if [ -z "$why" ]; then
    build_program
    say "Opening the window"
    exec "$PROGRAM" "$@"
  fi
  build_program --headless
  say "There is no display here ($why), so Skylark goes live without its window. Ctrl+C ends it."
  if [ $# = 0 ] && ! compgen -G '/dev/video*' >/dev/null; then
    say "There is no camera either: viewers see the test pattern."
    set -- --camera pattern --microphone tone
  fi
  exec "$PROGRAM" headless "$@"
}
