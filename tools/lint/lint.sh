#!/usr/bin/env bash
# All checks; one failing check does not hide the others.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
failed=0
python3 tools/lint/includes.py || failed=1
python3 tools/lint/commands.py || failed=1
mapfile -t sources < <(git ls-files '*.cpp' '*.h')
if clang-format-14 --dry-run --Werror "${sources[@]}" 2> build/format.log; then
  echo "format: ${#sources[@]} files as clang-format 14 writes them"
else
  echo "format: run clang-format-14 -i on:"; grep -oE '^[^:]+' build/format.log | sort -u | head -20; failed=1
fi
python3 tools/lint/report.py
exit $failed
