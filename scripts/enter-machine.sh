# Run by fresh.sh in a namespace of mounts and processes: mounts what a machine has, and runs a command in it as a person.
# Usage: enter-machine.sh MACHINE RUST PERSON HOME FOLDER VARIABLE=VALUE... -- COMMAND...
# shellcheck shell=bash
set -euo pipefail
machine="$1" rust="$2" person="$3" home="$4" folder="$5"
shift 5
variables=()
while [ "$1" != -- ]; do variables+=("$1"); shift; done
shift

mount --bind "$machine" "$machine"
mkdir -p "$machine/opt/rust"
mount -t proc proc "$machine/proc"
mount --rbind /sys "$machine/sys"
mount --rbind /dev "$machine/dev"
# This machine's Rust, which the other can use and not change.
mount --bind "$rust" "$machine/opt/rust"
mount -o remount,bind,ro "$machine/opt/rust"
cp --remove-destination /etc/resolv.conf "$machine/etc/resolv.conf"
if [ -f /etc/hosts ]; then cp --remove-destination /etc/hosts "$machine/etc/hosts"; fi
[ -d "$machine$folder" ] || folder=/

path=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Not exec: the first process of a namespace is the one that takes all others with it when it ends.
env -i "${variables[@]}" "PATH=$path" "HOME=$home" "USER=$person" "LOGNAME=$person" \
  chroot --userspec="$person:$person" "$machine" sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
