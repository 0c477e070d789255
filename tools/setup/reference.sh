#!/usr/bin/env bash
# reference.sh [LIST]: a Python environment with independent references of the tests; prints its folder. LIST names
# LIST.txt: `reference` (ONNX Runtime, NumPy, OpenCV; it also serves the demo's rendering of pages) or `tflite` (LiteRT).
# Nothing on a device uses it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cache.sh"
list=${1:-reference}
venv=$WALLE_CACHE/$list-$(content_hash "$here/$list.txt")
if [ ! -e "$venv/.done" ]; then
  say "installing the tests' references ($list.txt)"
  python=/usr/bin/python3
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r "$here/$list.txt" >&2
  touch "$venv/.done"
fi
echo "$venv"
