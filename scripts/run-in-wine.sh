# What cargo starts a program for Windows with. Usage: run-in-wine.sh MACHINE PROGRAM ARGUMENTS...
# shellcheck shell=bash
set -euo pipefail
machine="$1" program="$2"
shift 2
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
enter=(unshare --mount --propagation private bash "$here/enter-wine.sh" "$machine" "$(dirname "$program")")
# Wine opens files in a server of its own, which stays for a moment after the last program and has the folder of that one.
timeout 60 "${enter[@]}" wineserver --wait || { echo "Another program runs under this Wine ($machine): end it first." >&2; exit 1; }
exec "${enter[@]}" wine "/skylark/$(basename "$program")" "$@"
