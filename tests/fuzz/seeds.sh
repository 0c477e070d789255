#!/usr/bin/env bash
# seeds.sh NAME FOLDER [WALLE_MODEL]: more inputs to start from, in FOLDER: for onnx ONNX's own cases, for model_file the
# same converted by the program walle-model, for tflite what the conformance tests wrote for LiteRT. Files of 4 KiB at most.
set -euo pipefail
name=$1 folder=$2 program=${3:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tools/setup/cache.sh"
mkdir -p "$folder"
most=4096

# each ROOT PATTERN COMMAND...: the command for each small file, with the file and a name for it.
each() {
  local from=$1 pattern=$2
  shift 2
  find "$from" -name "$pattern" -size -$((most / 512 + 1)) 2> /dev/null | while read -r file; do
    flat=${file#"$from"/}
    "$@" "$file" "$folder/${flat//\//-}"
  done || true
}
convert() { "$program" convert "$1" -o "$2.walle" > /dev/null 2>&1 || true; }

case $name in
  onnx) each "$WALLE_CACHE" model.onnx cp ;;
  tflite) each "$root/build/release/tests/tflite" '*.tflite' cp ;;
  model_file)
    [ -x "$program" ] || exit 0
    each "$WALLE_CACHE" model.onnx convert
    find "$folder" -type f -size +$((most / 512)) -delete
    ;;
esac
