#!/usr/bin/env bash
# Writes the node cases of the newest ONNX (onnx_cases.txt pins it) as files, once, and prints their folder.
# Needs the package registry the first time; only the conformance tests read them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cache.sh"
pins=$here/onnx_cases.txt
writer=$here/../../tests/conformance/onnx/write_cases.py
cases=$WALLE_CACHE/onnx-cases-$(sed -n 's/^onnx==\([^ ]*\).*/\1/p' "$pins")
key=$(content_hash "$pins" "$writer")
if [ "$(cat "$cases/.done" 2> /dev/null)" != "$key" ]; then
  say "writing ONNX's node cases ($(basename "$cases"))"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  /usr/bin/python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r "$pins" >&2
  rm -rf "$cases"
  "$work/venv/bin/python" -W ignore "$writer" "$cases/newest" >&2
  echo "$key" > "$cases/.done"
fi
echo "$cases"
