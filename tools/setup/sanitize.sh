#!/usr/bin/env bash
# sanitize.sh PRESET [PATTERN]: builds the tests whose names match PATTERN (default: all unit and integration tests) with
# a sanitizer's preset, asan (addresses and undefined behaviour) or tsan (threads), and runs them.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
preset=$1
pattern=${2:-'^(unit|integration)_'}
build=$root/build/$preset
"$root/cmake/configure.sh" "$preset" > /dev/null
mapfile -t tests < <(ctest --test-dir "$build" -N -R "$pattern" | sed -n 's/^ *Test *#[0-9]*: //p')
[ "${#tests[@]}" -gt 0 ] || { echo "no test is named like '$pattern'; 'ctest --test-dir $build -N' lists them" >&2; exit 1; }
cmake --build "$build" --target "${tests[@]}"
ctest --test-dir "$build" --output-on-failure -j "$(nproc)" -R "$pattern"
