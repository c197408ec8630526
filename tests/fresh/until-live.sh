# ./dev run from nothing until the watch page is served, then a clean end.
set -euo pipefail
. tests/fresh/page.sh
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
echo "Live after $took s, its page served, and a clean end."
