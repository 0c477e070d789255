#!/usr/bin/env bash
# Fetches scikit-learn's digits (1,797 pictures of 8 x 8 with their labels) out of its pinned package, checks their hash,
# and prints the file. Only examples/train and its test read it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cache.sh"
package=scikit-learn==1.5.2
sha256=09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22
digits=$WALLE_CACHE/digits.csv.gz
if ! { [ -e "$digits" ] && echo "$sha256  $digits" | sha256sum --quiet -c - 2> /dev/null; }; then
  say "fetching the digits (package $package)"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  "$("$here/reference.sh")/bin/pip" download -q --disable-pip-version-check --no-deps --only-binary :all: -d "$work" "$package" >&2
  unzip -q -o -j "$work"/*.whl sklearn/datasets/data/digits.csv.gz -d "$work"
  echo "$sha256  $work/digits.csv.gz" | sha256sum --quiet -c - || fail "the digits of $package do not have the pinned hash"
  mv "$work/digits.csv.gz" "$digits"
fi
echo "$digits"
