# Somebody without rights: ./dev run ends before anything is built, and says what to do.
set -uo pipefail
words=$(./dev run 2>&1)
status=$?
printf '%s\n' "$words"
[ $status != 0 ] || { echo "It ended with 0."; exit 1; }
[[ $words == *"As root, run:"*"apt-get install -y --no-install-recommends "*"libwebkit"*"nasm"* || $words == *"As root, run:"*"apt-get install -y --no-install-recommends "*"nasm"* ]] ||
  { echo "It does not say what to do."; exit 1; }
[ ! -e target ] || { echo "Something was built all the same."; exit 1; }
echo "The sentence is there, and exit code $status."
