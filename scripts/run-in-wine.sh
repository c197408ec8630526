# What cargo starts a program for Windows with. Usage: run-in-wine.sh MACHINE PROGRAM ARGUMENTS...
# shellcheck shell=bash
set -euo pipefail
machine="$1" program="$2"
shift 2
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
exec unshare --mount --propagation private bash "$here/enter-wine.sh" "$machine" "$(dirname "$program")" wine "/skylark/$(basename "$program")" "$@"
