#!/usr/bin/env bash
# Builds Highway 1.2 as a static library and prints its prefix. Debian 12's 1.0.3 lacks the newer AVX-512 targets.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cache.sh"
prefix=$WALLE_CACHE/third_party/highway-$(content_hash "$here/highway.sh" "$here/debian_source.sh")
if [ ! -e "$prefix/.done" ]; then
  say "building Highway (once, about a minute)"
  work=$(mktemp -d -p /var/tmp walle-highway.XXXXXX); trap 'rm -rf "$work"' EXIT
  "$here/debian_source.sh" highway 1.2.0-2 "$work/src" >&2
  cmake -S "$work/src" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" \
    -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF -DHWY_ENABLE_TESTS=OFF -DHWY_ENABLE_EXAMPLES=OFF \
    -DHWY_ENABLE_CONTRIB=OFF > "$work/log" 2>&1 || { cat "$work/log" >&2; fail "Highway did not configure"; }
  ninja -C "$work/build" install >> "$work/log" 2>&1 || { tail -50 "$work/log" >&2; fail "Highway did not build"; }
  touch "$prefix/.done"
fi
echo "$prefix"
