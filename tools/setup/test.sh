#!/usr/bin/env bash
# test.sh BUILD: runs every test of a build folder.
set -euo pipefail
build=$1
exec ctest --test-dir "$build" --output-on-failure -j "$(nproc)"
