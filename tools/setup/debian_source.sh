#!/usr/bin/env bash
# debian_source.sh PACKAGE VERSION OUT: unpacks a source package of Debian 13 into OUT.
# A private apt configuration is used, so the machine's own sources stay as they are; apt checks every
# file against the signed index (Debian 12's keyring holds trixie's keys).
set -euo pipefail
. "$(dirname "$0")/cache.sh"
package=$1 version=$2 out=$3
apt=$(mktemp -d -p /var/tmp walle-apt.XXXXXX)
trap 'rm -rf "$apt"' EXIT
chmod 755 "$apt"
mkdir -p "$apt"/lists/partial "$apt"/cache/archives/partial "$apt"/state "$apt"/src
: > "$apt/status"
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1)
[ -n "$mirror" ] || fail "apt knows no mirror; run 'apt-get update' first"
printf 'Types: deb-src\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$mirror" > "$apt/trixie.sources"
cat > "$apt/apt.conf" <<CONF
Dir::State "$apt/state"; Dir::State::Lists "$apt/lists"; Dir::State::status "$apt/status";
Dir::Cache "$apt/cache"; Dir::Etc::SourceList "$apt/trixie.sources"; Dir::Etc::SourceParts "-";
APT::Sandbox::User "root";
CONF
export APT_CONFIG=$apt/apt.conf
apt-get update -qq
(cd "$apt/src" && { apt-get source -qq "$package=$version" || apt-get source -qq "$package"; }) >&2
unpacked=$(find "$apt/src" -mindepth 1 -maxdepth 1 -type d | head -1)
[ -n "$unpacked" ] || fail "apt-get source $package brought nothing"
mkdir -p "$(dirname "$out")"
rm -rf "$out"
mv "$unpacked" "$out"
