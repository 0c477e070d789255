#!/usr/bin/env bash
# Installs Debian's packages (as root or by sudo), builds the cached third-party libraries, and fetches what tests and
# demo need: pinned models and a Python environment with the independent references. Done twice, it does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/cache.sh"
"$here/packages.sh"
# The network fetches while the processors compile.
{
  "$here/reference.sh"
  "$here/models.sh"
  "$here/onnx_cases.sh" || say "ONNX's newest node cases cannot be had; their tests are skipped"
} > /dev/null &
fetches=$!
trap 'kill $fetches 2> /dev/null || true' EXIT
"$here/highway.sh" > /dev/null
"$here/../../pyvm/image/build.sh" > /dev/null
wait $fetches
