#!/usr/bin/env bash
# configure.sh PRESET: builds the cached third-party libraries where they are missing, then configures build/PRESET.
# WALLE_CCACHE=ON compiles through ccache.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
preset=${1:-release}
highway=$("$root/tools/setup/highway.sh")
python=$("$root/pyvm/image/build.sh")
cmake --preset "$preset" -S "$root" -DWALLE_HIGHWAY_ROOT="$highway" -DWALLE_PYTHON_ROOT="$python" -DWALLE_CCACHE="${WALLE_CCACHE:-OFF}"
