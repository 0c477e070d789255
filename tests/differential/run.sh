#!/usr/bin/env bash
# run.sh DRIVER [options of run.py]: random graphs under the Python environment that holds ONNX Runtime.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if ! venv=$("$here/../../tools/setup/reference.sh" 2> /dev/null); then
  echo "skipped: ONNX Runtime could not be installed (tools/setup/reference.sh says why)"
  exit 77
fi
exec "$venv/bin/python" "$here/run.py" "$@"
