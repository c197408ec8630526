# until-live.sh [window]: ./dev run from nothing until the watch page is served, then a clean end; and what was built then is built. With
# `window` the program with the window is built as well, which ./dev run does where there is a display, and is built once as well.
set -euo pipefail
. tests/fresh/page.sh
. tests/fresh/built.sh
out=$(mktemp)
start=$SECONDS
./dev run >"$out" &
program=$!
until grep -q '"event":"live"' "$out"; do
  if ! kill -0 "$program" 2>/dev/null; then wait "$program" || echo "./dev run ended with $? and was never live."; exit 1; fi
  if [ $((SECONDS - start)) -gt 10800 ]; then kill "$program"; echo "Not live after three hours."; exit 1; fi
  sleep 1
done
took=$((SECONDS - start))
watch=$(sed -n 's/.*"event":"live","watch":"\([^"]*\)".*/\1/p' "$out")
page_is_served "$watch"
kill -TERM "$program"
wait "$program"
nothing_is_built_again --headless
if [ "${1:-}" = window ]; then
  ./dev build
  nothing_is_built_again
fi
echo "Live after $took s, its page served, a clean end, and nothing is built again."
