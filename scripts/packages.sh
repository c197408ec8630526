# The system's packages: which are needed, which are missing, and what is said where nobody may install them.
# shellcheck shell=bash

# What building needs, by Debian's and Ubuntu's names. nasm: without it the encoder is built without assembly, 2.3 times slower.
BUILD_PACKAGES="build-essential pkg-config file curl ca-certificates git cmake nasm clang libclang-dev libasound2-dev libpulse-dev libv4l-dev libvpx-dev"
WINDOW_PACKAGES="libwebkit2gtk-4.1-dev librsvg2-dev libayatana-appindicator3-dev libxdo-dev"
# What tests drive: where a distribution lacks one of these, the tests that need it are skipped and say so.
TEST_PACKAGES="xvfb xauth sway swaybg xdg-desktop-portal xdg-desktop-portal-wlr pipewire wireplumber webkit2gtk-driver pulseaudio pulseaudio-utils chromium firefox-esr iproute2 nftables ethtool ffmpeg libaom3 dbus procps nginx caddy janus coturn redis-server lintian appstream python3-venv libabsl-dev libuv1-dev libsrtp2-dev libusrsctp-dev nlohmann-json3-dev"
# For Windows: what compiles for it, what makes the installer, and what makes the machine in which its programs are tried.
WINDOWS_PACKAGES="gcc-mingw-w64-x86-64 g++-mingw-w64-x86-64"
INSTALLER_PACKAGES="nsis"
WINE_PACKAGES="$INSTALLER_PACKAGES debootstrap"
# Other servers, for ./dev bench forward.
PEER_PACKAGES="janus iproute2"

# Prints those of the packages that are not installed.
missing_packages() {
  local package found
  found=$'\n'$(LC_ALL=C dpkg-query -W -f '${Package} ${Status}\n' "$@" 2>/dev/null || true)$'\n'
  for package in "$@"; do
    [[ $found =~ $'\n'"$package "[a-z]+' ok installed'$'\n' ]] || printf '%s ' "$package"
  done
}

# Prints those of the packages that apt could install: some names are known without anything behind them. Read whole and in English:
# its words are the user's language otherwise ("Installationskandidat: (keine)"), and a pipe that is closed early ends apt-cache by
# SIGPIPE. All are asked for at once, because apt-cache reads its lists anew each time.
apt_knows() {
  if ! have apt-cache; then return 0; fi
  LC_ALL=C apt-cache policy "$@" 2>/dev/null | awk '/^[^ ]/ { name = $1; sub(/:$/, "", name) } $1 == "Candidate:" && $2 != "(none)" { printf "%s ", name }'
}

# install_packages "REQUIRED..." "WANTED..." "TOOLS...": installs what is missing of them, all in one round. Without the first
# nothing goes on. Of the second a distribution may lack some: it is said which. The third are tried without a word.
install_packages() {
  local required wanted tools
  if ! have apt-get; then
    say "This is no Debian or Ubuntu: please see that these are installed: $1 $2"
    return 0
  fi
  # Lists of names are words, one a package.
  # shellcheck disable=SC2086
  { required=$(missing_packages $1); wanted=${2:+$(missing_packages $2)}; tools=${3:+$(missing_packages $3)}; }
  [ -n "$required$wanted$tools" ] || return 0
  local as_root=() why=
  if [ "$(id -u)" != 0 ]; then
    as_root=(sudo)
    if ! have sudo; then why="there is no sudo here"; elif ! sudo true; then why="sudo was refused"; fi
  fi
  if [ -n "$why" ]; then
    cannot_install "$why" "$required" "$wanted"
    return 0
  fi
  # shellcheck disable=SC2086
  "${as_root[@]}" bash scripts/apt-as-root.sh $required -- $wanted -- $tools >&2 ||
    die "The packages could not be installed, see above. When that is mended, run this again."
}

# cannot_install WHY "REQUIRED..." "WANTED...": what to do about it, as one line to copy. Ends everything where something is required.
cannot_install() {
  local why="$1" required="$2" wanted="" line
  # shellcheck disable=SC2086
  if [ -n "$3" ]; then wanted=$(apt_knows $3); fi
  line="  apt-get update && apt-get install -y --no-install-recommends $required$wanted"
  if [ -n "$required" ]; then
    die "These packages are missing, and cannot be installed from here: $why. As root, run:
${line% }
then run this again. (\"As root\" is whoever looks after this machine, or: su -)"
  fi
  if [ -n "$wanted" ]; then
    say "Some tests will be skipped: what they need is not installed, and $why. As root, run:
${line% }"
  fi
}
