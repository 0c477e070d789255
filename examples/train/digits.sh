#!/usr/bin/env bash
# Trains a small convolutional network on scikit-learn's digits, with SGD and with Adam: digits.sh [BUILD] [FOLDER].
# Weights and curves are written to FOLDER (BUILD/train-digits). Fails if one classifies less than 97 % of the test right.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-build/release}
out=${2:-$build/train-digits}
python=$("$here/../../tools/setup/reference.sh")/bin/python
"$python" "$here/digits.py" "$("$here/../../tools/setup/digits.sh")" "$out"
train() {
  echo "== $*"
  "$build/bin/walle-model" train "$out/digits.onnx" --data "$out/train.npz" --validation 0.1 --test "$out/test.npz" \
    --epochs 20 --optimizer "$1" --learning-rate "$2" -o "$out/digits_$1.walle" --curve "$out/digits_$1.svg" | tee "$out/$1.log"
  grep '^test:' "$out/$1.log" | grep -oE 'accuracy [0-9.]+' | awk '$2 < 97 { print "below 97 %"; exit 1 }'
}
train sgd 0.02
train adam 0.002
