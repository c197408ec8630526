# Run in a namespace of mounts: enters the machine that has Wine, with a folder of this one at /skylark, and runs a command there as root.
# It becomes that command, so that a signal to this process is one to it. Usage: enter-wine.sh MACHINE FOLDER COMMAND...
# shellcheck shell=bash
set -euo pipefail
machine="$1" folder="$2"
shift 2
mount --bind "$machine" "$machine"
mkdir -p "$machine/skylark"
for shared in /proc /sys /dev; do mount --rbind "$shared" "$machine$shared"; done
mount --bind "$folder" "$machine/skylark"
# What Wine would ask for in a window, once, is not needed: .NET and a browser of its own.
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LANG=C.UTF-8 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" \
  ${RUST_LOG:+"RUST_LOG=$RUST_LOG"} chroot "$machine" sh -c 'cd /skylark && exec "$@"' sh "$@"
