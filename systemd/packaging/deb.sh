#!/usr/bin/env bash
# deb.sh BUILD [OUT]: walle-device, walle-broker and walle-tools as .deb packages out of the install rules, into OUT
# (BUILD/deb). The same build gives the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
out=${2:-$build/deb}
for tool in dpkg-deb dpkg-shlibdeps; do
  command -v "$tool" > /dev/null || { echo "deb: $tool is missing (Debian packages dpkg and dpkg-dev)" >&2; exit 1; }
done
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-The Walle authors} <${DEBEMAIL:-walle@example.org}>"  # as Debian's own tools read it
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2> /dev/null || stat -c %Y "$here/../../CHANGELOG.md")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# What the programs of a folder link, as dependencies with versions.
dependencies() {
  mkdir -p "$work/shlibs/debian"
  printf 'Source: walle\n\nPackage: walle\nArchitecture: any\n' > "$work/shlibs/debian/control"
  (cd "$work/shlibs" && dpkg-shlibdeps -O --ignore-missing-info "${@/#/-e}" 2> /dev/null) | sed -n 's/^shlibs:Depends=//p'
}

documents() {  # package folder
  local doc=$2/usr/share/doc/$1
  mkdir -p "$doc"
  install -m 644 "$here/copyright" "$doc/copyright"
  if [ -e "$here/$1/lintian-overrides" ]; then
    install -D -m 644 "$here/$1/lintian-overrides" "$2/usr/share/lintian/overrides/$1"
  fi
  printf 'walle (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md of the source.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$doc/changelog.gz"
  if [ -d "$2/usr/share/man" ]; then find "$2/usr/share/man" -type f ! -name '*.gz' -exec gzip -9n {} +; fi
}

control() {  # package folder
  mkdir -p "$2/DEBIAN"
  local file depends programs=("$2"/usr/bin/*)
  depends=$(dependencies "${programs[@]}")
  [ -n "$depends" ] || { echo "deb: dpkg-shlibdeps found no libraries for $1" >&2; exit 1; }
  {
    sed "s|@DEPENDS@|$depends|; s|@VERSION@|$version|" "$here/$1/control"
    printf 'Source: walle\nVersion: %s\nArchitecture: %s\nPriority: optional\nMaintainer: %s\n' "$version" "$architecture" "$maintainer"
    printf 'Installed-Size: %s\n' "$(du -sk --apparent-size --exclude=DEBIAN "$2" | cut -f1)"
  } > "$work/fields"
  # The long description ends the paragraph.
  { grep -v '^ \|^Description:' "$work/fields"; grep '^ \|^Description:' "$work/fields"; } > "$2/DEBIAN/control"
  [ ! -e "$here/$1/conffiles" ] || install -m 644 "$here/$1/conffiles" "$2/DEBIAN/conffiles"
  for file in postinst prerm postrm; do [ ! -e "$here/$1/$file" ] || install -m 755 "$here/$1/$file" "$2/DEBIAN/$file"; done
  (cd "$2" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
}

for package in walle-device walle-broker walle-tools; do
  folder=$work/$package
  DESTDIR=$folder cmake --install "$build" --prefix /usr --component "$package" --strip > /dev/null
  if [ "$package" = walle-device ]; then install -D -m 644 "$here/../walled.toml" "$folder/etc/walle/walled.toml"; fi
  documents "$package" "$folder"
  find "$folder" -type d -exec chmod 755 {} +
  control "$package" "$folder"
  file=$out/${package}_${version}_$architecture.deb
  dpkg-deb --root-owner-group -Zxz --build "$folder" "$file" > /dev/null
  echo "$file ($(du -h --apparent-size "$file" | cut -f1))"
done
