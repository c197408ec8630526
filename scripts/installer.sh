# ./dev package --windows: an installer of the program for Windows, made by NSIS from packaging/windows.
# shellcheck shell=bash

# package_for_windows: sets INSTALLER.
package_for_windows() {
  build_for_windows --windows
  install_packages "$INSTALLER_PACKAGES" "" ""
  pack_for_windows "$PROGRAM" "$(target_dir)/installer"
}

# pack_for_windows PROGRAM FOLDER: lays out in the folder what is installed, and makes the installer beside that. Sets INSTALLER.
# SKYLARK_SIGN names a program that signs the file it is given, in its place: it is run for the program, the uninstaller and the installer.
pack_for_windows() {
  local program="$1" folder="$2" root="$2/root" version defines
  version=$(from_manifest version)
  rm -rf "$folder"
  mkdir -p "$root"
  x86_64-w64-mingw32-strip -o "$root/skylark.exe" "$program"
  cp "$(dirname "$program")/$WEBVIEW2_LOADER" "$root/"
  node scripts/copyright.mjs $WINDOWS_TARGET >"$root/licences.txt"
  sign "$root/skylark.exe"
  INSTALLER="$folder/Skylark_${version}_x64-setup.exe"
  defines=("VERSION=$version" "HOMEPAGE=$(from_manifest repository)" "PUBLISHER=${MAINTAINER% <*}" "IDENTIFIER=$(node -p 'JSON.parse(fs.readFileSync("tauri.conf.json")).identifier')"
    "ROOT=$(realpath "$root")" "SIZE_KB=$(du -sk --apparent-size "$root" | cut -f1)" "ICON=$PWD/icons/icon.ico" "OUT=$(realpath "$folder")/$(basename "$INSTALLER")")
  if [ -n "${SKYLARK_SIGN:-}" ]; then defines+=("SIGN=$SKYLARK_SIGN"); fi
  say "Building the installer"
  makensis -V2 -WX -INPUTCHARSET UTF8 "${defines[@]/#/-D}" packaging/windows/skylark.nsi >&2 || die "The installer could not be made, see above."
}

# sign FILE: by the signer, where one is named.
sign() {
  if [ -z "${SKYLARK_SIGN:-}" ]; then return 0; fi
  "$SKYLARK_SIGN" "$1" >&2 || die "$SKYLARK_SIGN could not sign $1, see above."
}
