# Building for Windows from here: the target's standard library, mingw-w64, and the C library that Linux has from the system.
# shellcheck shell=bash

WINDOWS_TARGET=x86_64-pc-windows-gnu
# What is built for it once and used again, outside the clone.
WINDOWS_CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/skylark-windows"

# Why nothing can be built for Windows here without installing anything; nothing where it can.
no_windows_tools() {
  local libraries
  if ! have x86_64-w64-mingw32-g++; then echo "mingw-w64 is not installed (packages: $WINDOWS_PACKAGES)"; return 0; fi
  # Asked of the compiler and not of rustup: a distribution's Rust has the target from a package.
  libraries=$(rustc --print target-libdir --target $WINDOWS_TARGET 2>/dev/null || true)
  if ! compgen -G "$libraries/libstd-*.rlib" >/dev/null; then echo "Rust's standard library for $WINDOWS_TARGET is not installed"; fi
}

# The target, after the packages: by rustup, where Rust is rustup's. Who goes on asks no_windows_tools.
get_windows_target() {
  if [[ "$(no_windows_tools)" == *$WINDOWS_TARGET* ]] && have rustup; then
    say "rustup gets Rust's standard library for $WINDOWS_TARGET"
    rustup target add $WINDOWS_TARGET >&2 || say "rustup could not get it, see above."
  fi
}

setup_windows() {
  local why
  get_windows_target
  why=$(no_windows_tools)
  if [ -n "$why" ]; then
    die "Nothing can be built for Windows here: $why. For a Rust of rustup's, rustup target add $WINDOWS_TARGET gets it; for a distribution's own, a package of the same version (Debian and Ubuntu: libstd-rust-dev-windows). Then run this again."
  fi
}

# Sets what cargo, the crates' build scripts and the linker have to know to build for Windows. What is built from here on names its
# target: else Linux would be linked like that.
windows_environment() {
  windows_libvpx
  windows_static_libraries
  export VPX_LIB_DIR="$LIBVPX/lib" VPX_INCLUDE_DIR="$LIBVPX/include" VPX_STATIC=1 VPX_VERSION="${LIBVPX_VERSION%%-*}"
}

# libvpx for Windows, from the source of the very package that Linux is built with here; built once a version. Sets LIBVPX and LIBVPX_VERSION.
windows_libvpx() {
  local folder log
  # shellcheck disable=SC2016 # dpkg's own variables.
  LIBVPX_VERSION=$(dpkg-query -W -f '${source:Version}' libvpx-dev 2>/dev/null) || die "Which libvpx to build for Windows is asked of the package libvpx-dev, and it is not installed. As root: apt-get install libvpx-dev"
  LIBVPX="$WINDOWS_CACHE/libvpx-$LIBVPX_VERSION"
  if [ -f "$LIBVPX/lib/libvpx.a" ]; then return 0; fi
  mkdir -p "$WINDOWS_CACHE"
  # A folder of its own, should two build at once.
  folder=$(mktemp -d "$WINDOWS_CACHE/libvpx.XXXXXX") log="$WINDOWS_CACHE/libvpx.log"
  say "Building libvpx $LIBVPX_VERSION for Windows, from the distribution's source (log: $log)"
  # Not in an `if`: there the shell would go on after the first failing line.
  set +e
  (set -e; cd "$folder"; distribution_source libvpx "$LIBVPX_VERSION"; cd libvpx-*/; build_libvpx "$folder/made") >"$log" 2>&1 </dev/null
  local status=$?
  set -e
  if [ $status != 0 ]; then tail -n 15 "$log" >&2; rm -rf "$folder"; die "libvpx could not be built for Windows, see $log. Where its source could not be found: apt-get update and apt-get upgrade bring this machine to a version that the archive still has."; fi
  rm -rf "$LIBVPX"
  mv "$folder/made" "$LIBVPX"
  rm -rf "$folder"
}

# build_libvpx INTO, in its source: as a static library, with what Debian's own has in it. It takes Windows' own threads: mingw-w64 has pthread.h, but behind it
# stands a DLL that no Windows has.
build_libvpx() {
  CROSS=x86_64-w64-mingw32- ./configure --target=x86_64-win64-gcc --prefix="$1" --enable-static --disable-shared \
    --enable-pic --enable-postproc --enable-multi-res-encoding --enable-temporal-denoising --enable-vp9-temporal-denoising \
    --enable-vp9-postproc --enable-vp9-highbitdepth --disable-examples --disable-tools --disable-docs --disable-unit-tests --disable-install-bins
  sed -i 's/^#define HAVE_PTHREAD_H 1$/#define HAVE_PTHREAD_H 0/' vpx_config.h
  grep -q '^#define HAVE_PTHREAD_H 0$' vpx_config.h
  make -j"$(nproc)"
  make install
}

# distribution_source PACKAGE VERSION: unpacked here, with the distribution's patches. By the user's own apt with a list of its own, because
# most machines have no sources in theirs: the same archives as theirs, signed by the same keys.
distribution_source() {
  local here origin rest key options
  here=$(pwd)
  mkdir -p apt/lists/partial apt/cache/archives/partial
  # shellcheck disable=SC2016 # apt's own variables.
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | LC_ALL=C sort -u |
    while read -r origin rest; do
      key=${SKYLARK_SYSTEM_ROOT:-}/usr/share/keyrings/${origin,,}-archive-keyring.gpg
      case $origin in Debian | Ubuntu) if [ -f "$key" ]; then echo "deb-src [signed-by=$key] $rest"; else echo "deb-src $rest"; fi ;; esac
    done >apt/sources.list
  options=(-o "Dir::Etc::SourceList=$here/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$here/apt/lists"
    -o "Dir::Cache=$here/apt/cache" -o "APT::Sandbox::User=$(id -un)")
  apt-get "${options[@]}" -qq update
  apt-get "${options[@]}" -qq --only-source source "$1=$2"
}

# The compiler's own libraries, as static ones only: where both stand in a folder the linker takes the DLL, which nobody has. That
# folder is searched before the compiler's.
windows_static_libraries() {
  local library found folder="$WINDOWS_CACHE/static" flags
  mkdir -p "$folder"
  # Separated as cargo has it, because a folder's name may have blanks.
  flags=$'-L\x1f'"native=$folder"
  for library in libstdc++.a libssp.a; do
    # Where the compiler has none it answers with the bare name.
    found=$(x86_64-w64-mingw32-g++ -print-file-name=$library)
    if [[ $found == /* ]]; then cp "$found" "$folder/"; else rm -f "$folder/$library"; fi
  done
  # Opus is built with a stack protector, which stands in libssp, and that on the system's libraries.
  if [ -f "$folder/libssp.a" ]; then
    for library in ssp mingwex msvcrt advapi32 kernel32; do flags+=$'\x1f-C\x1f'"link-arg=-l$library"; done
  fi
  export CARGO_ENCODED_RUSTFLAGS="$flags"
}

# build_for_windows [--windows] [--headless]: sets PROGRAM. What the window needs beside the program is put there.
build_for_windows() {
  # What the window is made of on Linux is not needed: a page is shown there by what Windows has.
  setup --headless --windows
  setup_windows
  windows_environment
  build_pages
  if [[ " $* " == *" --headless "* ]]; then compile_for_windows windows-headless --no-default-features; else compile_for_windows windows; fi
}

# compile_for_windows KIND ARGUMENTS...: as compile does.
compile_for_windows() {
  local kind="$1" target built
  shift
  target=$(target_dir) built="$target/$WINDOWS_TARGET/shipped"
  say "Building Skylark for Windows ($kind). The first time takes up to 30 minutes on two cores, later ones less; cargo says how far it is."
  cargo build --profile shipped --locked --bin skylark "$@" --target $WINDOWS_TARGET >&2 ||
    die "Skylark could not be built for Windows, see above. What was built before stays where it is."
  mkdir -p "$target/$kind"
  cp --remove-destination "$built/skylark.exe" "$target/$kind/skylark.exe"
  if [ "$kind" = windows ]; then cp --remove-destination "$built/$WEBVIEW2_LOADER" "$target/$kind/"; fi
  PROGRAM="$target/$kind/skylark.exe"
  no_foreign_dlls "$PROGRAM"
}

# What finds the system's WebView2 for the window: Microsoft's, out of the crate that binds it.
WEBVIEW2_LOADER=WebView2Loader.dll

# no_foreign_dlls PROGRAM: ends everything where it asks for a library that neither comes with Windows nor lies beside it.
no_foreign_dlls() {
  local imports named foreign=() library
  imports=$(LC_ALL=C x86_64-w64-mingw32-objdump -p "$1") || die "objdump could not read $1, see above."
  named=$(awk '$1 == "DLL" && $2 == "Name:" { print $3 }' <<<"$imports" | LC_ALL=C sort -uf)
  if [ -z "$named" ]; then die "objdump names no library that $1 asks for, and every program asks for one."; fi
  for library in $named; do
    if ! [[ ${library,,} =~ ^$WINDOWS_DLLS$ ]] && [ ! -f "$(dirname "$1")/$library" ]; then foreign+=("$library"); fi
  done
  if [ ${#foreign[@]} -gt 0 ]; then die "The program asks for libraries that no Windows has of itself: $(IFS=,; sed 's/,/, /g' <<<"${foreign[*]}")"; fi
}

# What every Windows 10 and 11 has in its system folder, of what the program and its libraries ask for.
WINDOWS_DLLS='(api-ms-win-[a-z0-9-]+|advapi32|avrt|bcrypt|bcryptprimitives|combase|crypt32|iphlpapi|kernel32|mf|mfplat|mfreadwrite|mmdevapi|msvcrt|ncrypt|ntdll|ole32|oleaut32|propsys|rpcrt4|secur32|shell32|user32|userenv|winmm|ws2_32)\.dll'
