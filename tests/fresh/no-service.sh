# ./dev setup with tests and peers starts nothing: afterwards the only processes are this one and its parents. (This machine's
# processes are in a namespace of their own; an init script that starts a server would leave it there, with its port.)
set -euo pipefail
./dev setup --tests --peers
[ ! -e /usr/sbin/policy-rc.d ] || { echo "policy-rc.d was left behind."; exit 1; }
left=()
for process in /proc/[0-9]*; do
  [ -r "$process/cmdline" ] || continue
  words=$(tr '\0' ' ' <"$process/cmdline") || continue
  case "${process#/proc/}" in 1|$$|"$PPID") ;; *) [[ -z $words || $words == *no-service.sh* || $words == *enter-machine.sh* ]] || left+=("$words") ;; esac
done
if [ ${#left[@]} -gt 0 ]; then printf 'Left running: %s\n' "${left[@]}"; exit 1; fi
for server in janus pulseaudio; do command -v $server >/dev/null || echo "($server is not to be had here)"; done
echo "Everything is installed and no server runs."
