#!/usr/bin/env bash
# peers.sh BUILD [options of peers.py]: the engine beside ONNX Runtime, from the reference environment.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../../tools/setup/cache.sh"
build=$1
shift
python=$("$here/../../../tools/setup/reference.sh")/bin/python
"$here/../../../tools/setup/models.sh" > /dev/null
exec "$python" -B "$here/peers.py" "$build" "$WALLE_CACHE/models" "$@"
