#!/usr/bin/env bash
# Installs the packages of packages.txt that are missing. Needs root or sudo only where something is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cache.sh"
read -ra wanted <<< "$(grep -v '^#' "$here/packages.txt" | tr '\n' ' ')"
have=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null | awk '$1 == "ii" {print $2}' || true)
missing=()
for p in "${wanted[@]}"; do grep -qx "$p" <<< "$have" || missing+=("$p"); done
[ ${#missing[@]} -eq 0 ] && exit 0
say "installing ${#missing[@]} Debian packages"
root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || fail "packages are missing (${missing[*]}); run as root, or install sudo"
  root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq
log=$(mktemp)
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" > "$log" 2>&1 || { tail -20 "$log" >&2; fail "apt-get could not install: ${missing[*]}"; }
rm -f "$log"
