# ./dev setup with tests and peers starts nothing: afterwards the only processes are this one and its parents (this machine's processes
# are in a namespace of their own; an init script that starts a server would leave it there), and nobody listens who did not before.
set -euo pipefail
# Protocol, address and port of each TCP socket that listens and each UDP socket that hears everybody, read from the kernel, as `ss -ltnuH`
# does, which comes with the tests' packages only. The network is that of the machine around this one, where programs come and go: what
# has a port that the kernel gave it is left out, since no service is found there.
listeners() {
  local first protocol address state
  read -r first _ </proc/sys/net/ipv4/ip_local_port_range
  for protocol in tcp tcp6 udp udp6; do
    if [ ! -r /proc/net/$protocol ]; then continue; fi
    while read -r _ address _ state _; do
      case $state in 0A|07) if [ $((16#${address##*:})) -lt "$first" ]; then echo "$protocol ${address%:*} port $((16#${address##*:}))"; fi ;; esac
    done </proc/net/$protocol
  done | LC_ALL=C sort -u
}

before=$(listeners)
./dev setup --tests --peers
[ ! -e /usr/sbin/policy-rc.d ] || { echo "policy-rc.d was left behind."; exit 1; }
left=()
for process in /proc/[0-9]*; do
  [ -r "$process/cmdline" ] || continue
  words=$(tr '\0' ' ' <"$process/cmdline") || continue
  case "${process#/proc/}" in 1|$$|"$PPID") ;; *) [[ -z $words || $words == *no-service.sh* || $words == *enter-machine.sh* ]] || left+=("$words") ;; esac
done
if [ ${#left[@]} -gt 0 ]; then printf 'Left running: %s\n' "${left[@]}"; exit 1; fi
new=$(LC_ALL=C comm -13 <(printf '%s\n' "$before") <(listeners))
if [ -n "$new" ]; then printf 'New listeners:\n%s\n' "$new"; exit 1; fi
for server in nginx caddy janus pulseaudio pipewire wireplumber; do
  PATH="$PATH:/usr/sbin" command -v $server >/dev/null || echo "($server is not to be had here)"
done
echo "Everything is installed, no server runs, and nobody listens who did not before."
