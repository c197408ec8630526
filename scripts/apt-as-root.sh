# Run as root by packages.sh: installs packages in one round, waits for apt's locks, and keeps what is installed from starting services.
# Usage: apt-as-root.sh REQUIRED... -- WANTED... -- TOOLS...
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit
. "$(dirname "${BASH_SOURCE[0]}")/words.sh"
. "$(dirname "${BASH_SOURCE[0]}")/packages.sh"
. "$(dirname "${BASH_SOURCE[0]}")/services.sh"

# What apt says is read below, so it speaks English.
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

# How long another apt (unattended-upgrades, the installation of another clone) is waited for, in seconds.
LOCK_PATIENCE="${SKYLARK_LOCK_PATIENCE:-1200}"
LOCK_PAUSE="${SKYLARK_LOCK_PAUSE:-2}"

scratch=$(mktemp -d)
trap 'let_services_start; rm -rf "$scratch"' EXIT

# apt-get with all its locks (of the lists, of what is fetched, of dpkg) waited for: its own option knows the last one only.
apt_get() {
  local told='' waited=0 status words
  while :; do
    status=0
    apt-get "$@" 2>"$scratch/words" || status=$?
    words=$(<"$scratch/words")
    if [ $status != 0 ] && [[ $words =~ (Could not get lock|Unable to (lock|acquire)|is another process using it) ]]; then
      if [ -z "$told" ]; then
        told="another program"
        if [[ $words =~ held\ by\ process\ ([0-9]+)\ \(([^\)]*)\) ]]; then told="${BASH_REMATCH[2]} (process ${BASH_REMATCH[1]})"; fi
        say "The package system is in use by $told; waiting until it is done, $((LOCK_PATIENCE / 60)) minutes at most."
      fi
      if [ "$waited" -lt "$LOCK_PATIENCE" ]; then
        sleep "$LOCK_PAUSE"
        waited=$((waited + LOCK_PAUSE))
        continue
      fi
      die "The package system is still in use by $told. Run this again when it is done."
    fi
    [ -z "$words" ] || printf '%s\n' "$words" >&2
    return $status
  done
}

required=() wanted=() tools=() found=()
into=required
for word in "$@"; do
  if [ "$word" = -- ]; then if [ $into = required ]; then into=wanted; else into=tools; fi; continue; fi
  case $into in required) required+=("$word") ;; wanted) wanted+=("$word") ;; tools) tools+=("$word") ;; esac
done

say "Asking for the newest lists of packages"
updated=0
apt_get update -qq || updated=$?
known=" $(apt_knows "${required[@]}" "${wanted[@]}" "${tools[@]}") "
for package in "${required[@]}"; do
  [[ $known == *" $package "* ]] || die "apt knows no package $package, which building needs. Is there a network, and is all of the distribution switched on (on Ubuntu: the component universe)?"
done
[ $updated = 0 ] || say "Not all lists of packages could be fetched, see above; what is needed is in those that are here."
for package in "${wanted[@]}"; do
  if [[ $known == *" $package "* ]]; then found+=("$package"); else say "This distribution has no package $package; the tests that need it will be skipped."; fi
done
for package in "${tools[@]}"; do if [[ $known == *" $package "* ]]; then found+=("$package"); fi; done

packages=("${required[@]}" "${found[@]}")
[ ${#packages[@]} -gt 0 ] || exit 0

# Nothing that somebody has is removed for what Skylark wants (their sound server, their Rust): such a package counts as not to be had.
options=(-qq --no-remove --no-install-recommends)
can_be_installed() { apt-get install -s "${options[@]}" "$@" >/dev/null 2>&1; }

say "Installing ${packages[*]}"
keep_services_down
status=0
apt_get install -y "${options[@]}" "${packages[@]}" || status=$?
# Looked for only now: to think all of it through takes apt a minute on a slow machine.
if [ $status != 0 ] && [ ${#found[@]} -gt 0 ] && ! can_be_installed "${packages[@]}"; then
  fitting=()
  for package in "${found[@]}"; do
    if can_be_installed "${required[@]}" "${fitting[@]}" "$package"; then fitting+=("$package")
    elif [[ " ${tools[*]} " != *" $package "* ]]; then say "$package does not fit beside what is installed here, and nothing is removed for it; the tests that need it will be skipped."; fi
  done
  packages=("${required[@]}" "${fitting[@]}")
  status=0
  if [ ${#packages[@]} -gt 0 ]; then
    say "Installing ${packages[*]}"
    apt_get install -y "${options[@]}" "${packages[@]}" || status=$?
  fi
fi
[ $status = 0 ] || exit $status
disable_new_services
