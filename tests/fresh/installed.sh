# installed.sh DEB: the package installs on this release with what it names, goes live, is watched, and ends; nothing was ever built here.
set -euo pipefail
. tests/fresh/page.sh
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >&2
cd /
out=$(mktemp)
skylark headless --camera pattern --microphone tone --listen 127.0.0.1:0 --data-dir "$(mktemp -d)" >"$out" &
program=$!
for _ in $(seq 300); do
  if grep -q '"event":"live"' "$out"; then break; fi
  if ! kill -0 "$program" 2>/dev/null; then wait "$program" || echo "It ended with $? and was never live."; exit 1; fi
  sleep 0.1
done
watch=$(sed -n 's/.*"event":"live","watch":"\([^"]*\)".*/\1/p' "$out")
page_is_served "$watch"
kill -TERM "$program"
wait "$program"
# The window's libraries are all there: it is the display that is missing.
status=0
words=$(env -u DISPLAY -u WAYLAND_DISPLAY skylark 2>&1) || status=$?
[[ $status = 1 && $words == *"no display"* ]] || { echo "Without a display it said ($status): $words"; exit 1; }
DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq skylark >&2
[ ! -e /usr/bin/skylark ]
echo "Installed, live, watched, ended, and removed: $(. /etc/os-release && echo "$PRETTY_NAME")"
