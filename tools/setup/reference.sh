#!/usr/bin/env bash
# A Python environment with the independent references of the tests (ONNX Runtime, NumPy, OpenCV); prints its folder.
# It also serves the demo's rendering of pages. Nothing on a device uses it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cache.sh"
venv=$WALLE_CACHE/reference-$(content_hash "$here/reference.txt")
if [ ! -e "$venv/.done" ]; then
  say "installing the tests' references (ONNX Runtime, NumPy, OpenCV)"
  python=/usr/bin/python3
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r "$here/reference.txt" >&2
  touch "$venv/.done"
fi
echo "$venv"
