#!/usr/bin/env bash
# demo.sh BUILD: document reading on a device, from a git tag to a feature in the cloud. KEEP=1 leaves it running.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=$("$root/tools/setup/reference.sh")/bin/python
"$root/tools/setup/models.sh" > /dev/null
exec "$python" "$here/demo.py" "$(cd "$1" && pwd)" "$root"
