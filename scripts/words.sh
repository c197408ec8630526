# What all of ./dev speaks and asks with: sentences on stderr, whether a command is there, which of two versions is newer.
# shellcheck shell=bash

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# at_least FOUND WANTED: compares dotted versions. Read whole: a reader that stops early ends `sort` by SIGPIPE, which under
# pipefail is a failure.
at_least() {
  local sorted
  sorted=$(printf '%s\n%s\n' "$2" "$1" | LC_ALL=C sort -V)
  [ "${sorted%%$'\n'*}" = "$2" ]
}

# takes COMMAND KNOWN GIVEN...: ends everything where a word was given that the command does not know.
takes() {
  local command="$1" known="$2" word
  shift 2
  for word in "$@"; do
    [[ " $known " == *" $word "* ]] || die "./dev $command takes ${known:-nothing}, not: $word"
  done
}
