# ./dev package: a .deb that names what it needs by version, with all that such a package brings beside the program.
# shellcheck shell=bash

# GitHub's address for mail to nobody: who is to be asked is said by the homepage's issues, and by SECURITY.md.
MAINTAINER="The Skylark authors <skylark-live@users.noreply.github.com>"

# A key of Cargo.toml's [workspace.package].
from_manifest() { sed -n "s/^$1 = \"\\(.*\\)\"\$/\\1/p" Cargo.toml; }

# ./dev package [--windows]
package() {
  takes package --windows "$@"
  if [ "${1:-}" = --windows ]; then package_for_windows; echo "$INSTALLER"; return 0; fi
  setup
  build_pages
  build_package
  echo "$DEB"
}

# libvpx changes its name with every second release of Debian and Ubuntu, so the package carries it within. Its static library is
# in libvpx-dev; elsewhere the program is linked to the shared one, and the package fits this release only.
link_vpx_statically() {
  local library
  # The compiler knows its folders; pkg-config's answer leaves out the architecture's. Where it finds none it repeats the name.
  library=$(cc -print-file-name=libvpx.a)
  if [ ! -f "$library" ]; then
    say "There is no static libvpx here: the .deb will need this release's own."
    return 0
  fi
  VPX_VERSION=$(pkg-config --modversion vpx)
  VPX_INCLUDE_DIR=$(pkg-config --variable=includedir vpx)
  # A folder with this one library in it: in the system's own the linker would find everything else too, and the shared one first.
  VPX_LIB_DIR="$(target_dir)/package-vpx"
  VPX_STATIC=1
  export VPX_VERSION VPX_INCLUDE_DIR VPX_LIB_DIR VPX_STATIC
  mkdir -p "$VPX_LIB_DIR"
  cp -u "$library" "$VPX_LIB_DIR/"
}

# Builds the program and the package. Sets DEB to the package's path.
build_package() {
  local target
  link_vpx_statically
  compile shipped package
  target=$(target_dir)
  say "Building the .deb"
  pack "$PROGRAM" "$target/deb"
}

# pack PROGRAM FOLDER: lays out the package's files in the folder and makes the .deb beside them. Sets DEB.
pack() {
  local program="$1" folder="$2" root="$2/root" version homepage architecture epoch size
  version=$(from_manifest version)
  homepage=$(from_manifest repository)
  architecture=$(dpkg --print-architecture)
  # The last commit's time, so that the same source makes the same package.
  epoch=$(git log -1 --format=%ct 2>/dev/null || date +%s)
  rm -rf "$folder"
  mkdir -p "$root/DEBIAN" "$root/usr/share/doc/skylark"
  install -D -m 755 "$program" "$root/usr/bin/skylark"
  strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/skylark"
  install -D -m 644 packaging/live.skylark.panel.desktop "$root/usr/share/applications/live.skylark.panel.desktop"
  install -D -m 644 icons/32x32.png "$root/usr/share/icons/hicolor/32x32/apps/skylark.png"
  install -D -m 644 icons/128x128.png "$root/usr/share/icons/hicolor/128x128/apps/skylark.png"
  install -D -m 644 icons/128x128@2x.png "$root/usr/share/icons/hicolor/256x256/apps/skylark.png"
  install -D -m 644 icons/skylark.svg "$root/usr/share/icons/hicolor/scalable/apps/skylark.svg"
  install -D -m 644 packaging/lintian-overrides "$root/usr/share/lintian/overrides/skylark"
  filled packaging/live.skylark.panel.metainfo.xml.in | installed 644 "$root/usr/share/metainfo/live.skylark.panel.metainfo.xml"
  manual "$program" | gzip -9n | installed 644 "$root/usr/share/man/man1/skylark.1.gz"
  debian_changelog | gzip -9n | installed 644 "$root/usr/share/doc/skylark/changelog.gz"
  node scripts/copyright.mjs | installed 644 "$root/usr/share/doc/skylark/copyright"
  (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) | installed 644 "$root/DEBIAN/md5sums"
  size=$(du -sk --apparent-size "$root/usr" | cut -f1)
  control | installed 644 "$root/DEBIAN/control"
  chmod -R u+rwX,go+rX,go-w "$root"
  DEB="$folder/skylark_${version}_$architecture.deb"
  SOURCE_DATE_EPOCH=$epoch dpkg-deb --root-owner-group -Zxz -z9 -Sextreme --build "$root" "$DEB" >&2
}

# installed MODE FILE: standard input becomes the file, whole or not at all.
installed() {
  mkdir -p "$(dirname "$2")"
  cat >"$2.new"
  chmod "$1" "$2.new"
  mv "$2.new" "$2"
}

# filled FILE: a template with version, day and homepage in it.
filled() {
  sed -e "s|@VERSION@|$version|g" -e "s|@DATE@|$(date -u -d "@$epoch" +%F)|g" -e "s|@HOMEPAGE@|$homepage|g" "$1"
}

# The options are what the program says of itself, with what roff would take for its own escaped.
manual() {
  local options
  options=$("$1" headless --help | sed -n '/^Options:/,$p' | sed -e '1d' -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\\([.']\\)/\\\\\\&\\1/")
  filled packaging/skylark.1.in | OPTIONS=$options awk '$0 == "@OPTIONS@" { print ENVIRON["OPTIONS"]; next } { print }'
}

# CHANGELOG.md's newest part in Debian's form.
debian_changelog() {
  printf 'skylark (%s) unstable; urgency=medium\n\n' "$version"
  awk '/^## / { part++; next } part == 1 && NF' CHANGELOG.md | while read -r paragraph; do
    printf '%s\n' "$paragraph" | LC_ALL=C.UTF-8 fold -s -w 74 | sed -e '1s/^/  * /' -e '2,$s/^/    /' -e 's/ *$//'
  done
  printf '\n -- %s  %s\n' "$MAINTAINER" "$(LC_ALL=C date -u -R -d "@$epoch")"
}

# The packages that hold the libraries which the program was linked with, and from which version on they have what it uses.
dependencies() {
  local scratch found
  scratch=$(mktemp -d)
  mkdir "$scratch/debian"
  printf 'Source: skylark\n\nPackage: skylark\nArchitecture: any\n' >"$scratch/debian/control"
  found=$(cd "$scratch" && LC_ALL=C dpkg-shlibdeps -O -e"$1") || die "dpkg-shlibdeps could not say what the program needs, see above."
  rm -rf "$scratch"
  sed -n 's/^shlibs:Depends=//p' <<<"$found"
}

control() {
  local depends
  depends=$(dependencies "$(realpath "$root/usr/bin/skylark")")
  cat <<END
Package: skylark
Version: $version
Architecture: $architecture
Maintainer: $MAINTAINER
Installed-Size: $size
Depends: $depends
Recommends: libaom3
Section: video
Priority: optional
Homepage: $homepage
Description: live broadcasting from your own desk
 Open Skylark, click Go Live, share the link. Anyone with a browser watches in
 real time; you see who is watching, and remove whom you like.
 .
 There is nothing to rent and no account: the camera is captured and encoded
 once on your machine, and Skylark itself carries it to every viewer.
END
}
