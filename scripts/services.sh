# Keeps packages from starting services: a test's sound server or a peer of the bench is started by who uses it, and by nobody else.
# shellcheck shell=bash

# Where the system's files are; tests have a folder of their own here.
SYSTEM_ROOT="${SKYLARK_SYSTEM_ROOT:-}"
POLICY="$SYSTEM_ROOT/usr/sbin/policy-rc.d"
POLICY_MARK="Made by Skylark's ./dev"

# The names of all services and sockets that are installed: "system janus.service" or "user pulseaudio.socket", a line each.
installed_units() {
  local file
  for file in "$SYSTEM_ROOT"/etc/init.d/* "$SYSTEM_ROOT"/{usr/lib,lib,etc}/systemd/system/*.{service,socket}; do
    if [ -e "$file" ]; then echo "system ${file##*/}"; fi
  done
  for file in "$SYSTEM_ROOT"/{usr/lib,etc}/systemd/user/*.{service,socket}; do
    if [ -e "$file" ]; then echo "user ${file##*/}"; fi
  done
}

# While apt runs only services that were there before may be started. invoke-rc.d and deb-systemd-invoke ask this file; 101 forbids.
# It forbids nothing any more once this process has ended, however that came, so that nothing of it can be left behind.
keep_services_down() {
  installed_units | LC_ALL=C sort -u >"$scratch/units"
  mkdir -p "${POLICY%/*}"
  if [ -e "$POLICY" ] && [[ $(<"$POLICY") != *"$POLICY_MARK"* ]]; then mv "$POLICY" "$POLICY.before-skylark"; fi
  cat >"$POLICY" <<END
#!/bin/sh
# $POLICY_MARK while it installs packages: what was not there before is not started.
while [ "\${1#--}" != "\$1" ]; do shift; done
if [ -d /proc/$$ ] && ! grep -qxE "system \${1%.service}(\\.service)?" "$scratch/units"; then exit 101; fi
if [ -x "$POLICY.before-skylark" ]; then exec "$POLICY.before-skylark" "\$@"; fi
exit 0
END
  chmod 755 "$POLICY"
}

# Puts everything back as it was. May be called when nothing was changed.
let_services_start() {
  if [ -e "$POLICY" ] && [[ $(<"$POLICY") == *"$POLICY_MARK"* ]]; then rm -f "$POLICY"; fi
  if [ -e "$POLICY.before-skylark" ]; then mv "$POLICY.before-skylark" "$POLICY"; fi
}

# starts_at_next WHEN REMEDY: the packages are there and usable, so this ends nothing; but nobody shall be surprised by it.
starts_at_next() {
  printf 'A service that came with the packages could not be disabled and starts at the next %s. As root: %s\n' "$1" "$2" >&2
}

# What was not started now is not started at the next boot or login either. Where systemd itself came with the packages (a chroot, an
# image that is being made) nearly all its own services would be new: there nothing is changed.
disable_new_services() {
  local kind unit
  have systemctl || return 0
  if ! grep -qx 'system systemd-journald.service' "$scratch/units"; then return 0; fi
  while read -r kind unit; do
    case $kind in
      system) systemctl disable --quiet "$unit" >/dev/null 2>&1 || starts_at_next "boot" "systemctl disable $unit" ;;
      user) systemctl --global disable --quiet "$unit" >/dev/null 2>&1 || starts_at_next "login" "systemctl --global disable $unit" ;;
    esac
  done < <(installed_units | LC_ALL=C sort -u | LC_ALL=C comm -13 "$scratch/units" -)
}
