# ./dev test fresh: README's two commands on machines that have nothing: chroots of three releases, made by debootstrap.
# shellcheck shell=bash

RELEASES="debian12 debian13 ubuntu24.04"
# Everything is kept here, outside the clone: what was made can be used again, and the logs are what the run was for.
FRESH="${XDG_CACHE_HOME:-$HOME/.cache}/skylark-fresh"
# What each kind of person does on a machine of their own, in this order: the cheap first. STEP PERSON MACHINE COMMAND.
FRESH_STEPS=(
  "norights-sentence gast gast bash tests/fresh/until-sentence.sh"
  "sudo-run anna anna bash tests/fresh/until-live.sh"
  "sudo-ui anna anna ./dev test ui"
  "root-setup root root bash tests/fresh/no-service.sh"
  "root-run root root bash tests/fresh/until-live.sh window"
  "root-suites root root ./dev test"
  "oldest-deb root bare bash tests/fresh/installed.sh /tmp/skylark.deb"
)
# Whoever comes fresh speaks another language, and has folders with names.
FRESH_LANG=de_DE.UTF-8
FRESH_FOLDER="Mein Café/skylark"
# What of this machine's environment says how registries are reached.
REGISTRY_VARIABLES='^(([hH][tT][tT][pP][sS]?|[nN][oO]|[aA][lL][lL])_[pP][rR][oO][xX][yY]|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|CURL_CA_BUNDLE|GIT_SSL_CAINFO|CARGO_(HTTP|NET|REGISTR|SOURCE)[A-Z_]*|(NPM_CONFIG|npm_config)_[A-Za-z_]*)='

# fresh [RELEASE[/STEP]...]: all steps of all releases, or those that are named.
fresh() {
  local wanted=("$@") word words entry commit steps=() results=() failed=0 left=0 parts=0
  # shellcheck disable=SC2206
  [ $# -gt 0 ] || wanted=($RELEASES)
  for entry in "${FRESH_STEPS[@]}"; do steps+=("${entry%% *}"); done
  for word in "${wanted[@]}"; do
    [[ " $RELEASES " == *" ${word%%/*} "* ]] || die "There is no fresh machine '${word%%/*}'. There are: $RELEASES"
    [[ $word != */* || " ${steps[*]} " == *" ${word#*/} "* ]] || die "Nothing called '${word#*/}' is done on a fresh machine. There are: ${steps[*]}"
  done
  [ "$(id -u)" = 0 ] || die "./dev test fresh makes machines (chroots), which needs root: sudo ./dev test fresh $*"
  install_packages debootstrap "" ""
  rust_is_new_enough || die "Rust $MIN_RUST or newer is needed here: the fresh machines use this one's."
  commit=$(git rev-parse HEAD)
  if [ -n "$(git status --porcelain)" ]; then say "What is not committed is not tried: the fresh machines clone $commit."; fi
  for word in "${wanted[@]}"; do fresh_release "${word%%/*}" "${word#"${word%%/*}"}"; done
  say "Fresh machines, commit $commit; logs in $FRESH/RELEASE/logs:"
  printf '  %s\n' "${results[@]}" >&2
  if [ $failed != 0 ]; then die "Failed: $failed of ${#results[@]}."; fi
  if [ $left = 0 ] && [ $parts = 0 ]; then say "All passed: ${wanted[*]}"; return 0; fi
  words="Passed: $((${#results[@]} - left))"
  if [ $parts != 0 ]; then words+=", $parts of them in part: what it skipped stands in its log"; fi
  if [ $left != 0 ]; then words+=". Left out: $left, listed above"; fi
  say "$words."
}

# passed HOW WORDS: a step that passed. Suites of which something was skipped did so in part, by what they say themselves at their end.
passed() {
  results+=("$release $step: $1, $2")
  if [[ $2 =~ Skipped:\ [0-9]|all\ skipped ]]; then parts=$((parts + 1)); fi
}

# fresh_release RELEASE [/STEP]: adds a line a step to `results`. What was done already with this commit is not done again.
fresh_release() {
  local release="$1" only="${2#/}" folder="$FRESH/$1" entry step person machine words log start status seconds
  mkdir -p "$folder/logs" "$folder/done"
  make_base
  if [ ! -f "$folder/done/base" ]; then return 0; fi
  for entry in "${FRESH_STEPS[@]}"; do
    read -r step person machine words <<<"$entry"
    if [ -n "$only" ] && [ "$step" != "$only" ]; then continue; fi
    if [ -f "$folder/done/$step" ] && [[ $(<"$folder/done/$step") == "$commit "* ]]; then
      passed "passed earlier" "$(cut -d' ' -f2- "$folder/done/$step")"
      continue
    fi
    if [ "$step" = oldest-deb ] && [ ! -f "$(oldest_deb)" ]; then
      left=$((left + 1))
      results+=("$release $step: skipped, there is no .deb yet: it comes from debian12/root-suites, or SKYLARK_DEB names it")
      continue
    fi
    log="$folder/logs/$step.log"
    say "$release: $step (log: $log)"
    start=$SECONDS
    # Not in an `if`: there the shell would go on after the first failing line.
    set +e
    # shellcheck disable=SC2086
    (set -e; make_machine "$person" "$folder/$machine"; give_deb; inside "$folder/$machine" "$person" $words) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    seconds=$((SECONDS - start))
    words=$(tail -n 1 "$log" | sed 's/\x1b\[[0-9;]*m//g')
    if [ $status = 0 ]; then
      echo "$commit $seconds s: $words" >"$folder/done/$step"
      passed passed "$seconds s: $words"
    else
      failed=$((failed + 1))
      results+=("$release $step: FAILED after $seconds s: $words")
    fi
    say "${results[-1]}"
  done
}

# The release as its distribution makes it, with git and curl, and the way to the registries that this machine has. Where it cannot
# be had `results` says why.
make_base() {
  local base="$folder/base" log="$folder/logs/base.log" arguments=() status
  if [ -f "$folder/done/base" ]; then return 0; fi
  remove_machine "$base"
  case $release in
    debian12) arguments=(bookworm "$base") ;;
    debian13) arguments=(trixie "$base") ;;
    ubuntu24.04)
      ubuntu_keyring
      if [ ! -f "$UBUNTU_KEYRING" ]; then left=$((left + 1)); results+=("$release: skipped, Ubuntu's keys are not here; ./dev test fresh debian13 gets them"); return 0; fi
      # All of Ubuntu's scripts are the same one; an older debootstrap knows it by an older release's name.
      arguments=(--components=main,universe "--keyring=$UBUNTU_KEYRING" noble "$base" "" /usr/share/debootstrap/scripts/gutsy)
      ;;
  esac
  say "$release: debootstrap (log: $log)"
  if ! LC_ALL=C debootstrap --variant=minbase --include=git,curl,ca-certificates,locales "${arguments[@]}" >"$log" 2>&1; then
    if grep -qE "Failed getting release file|Invalid Release file|Failed to fetch|Couldn't download" "$log"; then
      left=$((left + 1)); results+=("$release: skipped, its mirror is out of reach")
    else
      failed=$((failed + 1)); results+=("$release: FAILED to be made, see $log")
    fi
    return 0
  fi
  say "$release: locales and the way to the registries"
  # Not in an `if`: there the shell would go on after the first failing line.
  set +e
  (set -e; configure_base) >>"$log" 2>&1
  status=$?
  set -e
  if [ $status != 0 ]; then failed=$((failed + 1)); results+=("$release: FAILED to be made, see $log"); return 0; fi
  date -u +%FT%TZ >"$folder/done/base"
}

UBUNTU_KEYRING="$FRESH/keyring/usr/share/keyrings/ubuntu-archive-keyring.gpg"

# Ubuntu's keys: this machine's, or those that a Debian has in a package. Leaves no file where neither has them.
ubuntu_keyring() {
  local here=/usr/share/keyrings/ubuntu-archive-keyring.gpg scratch
  if [ -f "$UBUNTU_KEYRING" ]; then return 0; fi
  if [ -f "$here" ]; then install -D -m 644 "$here" "$UBUNTU_KEYRING"; return 0; fi
  scratch=$(mktemp -d)
  # Where they cannot be fetched there is no file, and that is said of the release.
  if [ -n "$(apt_knows ubuntu-keyring)" ]; then
    (cd "$scratch" && apt-get download -qq ubuntu-keyring) || true
  elif [ -f "$FRESH/debian13/done/base" ]; then
    if inside "$FRESH/debian13/base" root sh -c 'apt-get update -qq && cd /tmp && apt-get download -qq ubuntu-keyring'; then
      mv "$FRESH"/debian13/base/tmp/ubuntu-keyring*.deb "$scratch/"
    fi
  fi
  if compgen -G "$scratch/*.deb" >/dev/null; then dpkg-deb -x "$scratch"/ubuntu-keyring*.deb "$FRESH/keyring"; fi
  rm -rf "$scratch"
}

configure_base() {
  local mirror suite components file
  read -r _ mirror suite components < <(grep '^deb ' "$base/etc/apt/sources.list")
  echo "deb $mirror $suite-updates $components" >>"$base/etc/apt/sources.list"
  if [[ $release == debian* ]]; then mirror="${mirror%/}-security"; fi
  echo "deb $mirror $suite-security $components" >>"$base/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(http|https|Check|Retries|Force)' >"$base/etc/apt/apt.conf.d/99this-machine" || true
  for file in /usr/local/share/ca-certificates/*.crt /etc/npmrc /usr/etc/npmrc; do
    if [ -f "$file" ]; then install -D -m 644 "$file" "$base$file"; fi
  done
  chroot "$base" update-ca-certificates
  chroot "$base" localedef -i de_DE -f UTF-8 "$FRESH_LANG"
}

# The package that was made on the oldest release; it is to fit all.
oldest_deb() {
  local found
  found=$(compgen -G "$FRESH/debian12/root/root/$FRESH_FOLDER/target/deb/*.deb" || true)
  echo "${SKYLARK_DEB:-${found%%$'\n'*}}"
}

# Into the machine where it is to be installed.
give_deb() {
  if [ "$step" = oldest-deb ]; then cp "$(oldest_deb)" "$folder/$machine/tmp/skylark.deb"; fi
}

# make_machine PERSON MACHINE: a copy of the release, with the person's home and a clone, made anew for each commit.
make_machine() {
  local person="$1" machine="$2" home="/home/$1" clone registry="${CARGO_HOME:-$HOME/.cargo}/config.toml"
  if [ "$person" = root ]; then home=/root; fi
  if [ -f "$machine.commit" ] && [ "$(<"$machine.commit")" = "$commit" ]; then return 0; fi
  rm -f "$machine.commit"
  remove_machine "$machine"
  cp -a --reflink=auto "$folder/base" "$machine"
  if [ "$person" != root ]; then chroot "$machine" useradd -m -s /bin/bash "$person"; fi
  if [ "$person" = anna ]; then
    inside "$machine" root sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends sudo'
    echo "anna ALL=(ALL) NOPASSWD: ALL" >"$machine/etc/sudoers.d/anna"
  fi
  clone="$machine$home/$FRESH_FOLDER"
  git clone --quiet --no-hardlinks . "$clone"
  git -C "$clone" checkout --quiet "$commit"
  if [ -f "$HOME/.npmrc" ]; then install -m 600 "$HOME/.npmrc" "$machine$home/.npmrc"; fi
  if [ -f "$registry" ]; then install -D -m 600 "$registry" "$machine$home/.cargo/config.toml"; fi
  chroot "$machine" chown -R "$person:" "$home"
  echo "$commit" >"$machine.commit"
}

# Nothing may be mounted below it: rm would go through a bind mount into this machine's own files.
remove_machine() {
  if [ ! -e "$1" ]; then return 0; fi
  if [[ $'\n'$(findmnt -rn -o TARGET)$'\n' == *$'\n'"$1/"* ]]; then die "Something is still mounted below $1: unmount it first (findmnt -R)."; fi
  rm -rf --one-file-system "$1"
}

# inside MACHINE PERSON COMMAND...: runs it there, in the clone where there is one. Mounts and processes are of a namespace of
# their own, so that nothing of either is left when the command ends, however it ends.
inside() {
  local machine="$1" person="$2" home="/home/$2" variables=() rust
  shift 2
  if [ "$person" = root ]; then home=/root; fi
  rust=$(rustc --print sysroot)
  mapfile -t variables < <(env | grep -E "$REGISTRY_VARIABLES" || true)
  unshare --mount --pid --fork --kill-child --propagation private \
    bash scripts/enter-machine.sh "$machine" "$rust" "$person" "$home" "$home/$FRESH_FOLDER" \
    "${variables[@]}" "LANG=$FRESH_LANG" "TERM=${TERM:-dumb}" -- "$@"
}
