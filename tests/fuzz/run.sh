#!/usr/bin/env bash
# run.sh PROGRAM NAME SECONDS [WALLE_MODEL]: one libFuzzer program from the seeds of corpus/NAME and those of seeds.sh; what
# it finds stays in the build folder.
set -euo pipefail
program=$1 name=$2 seconds=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(dirname "$program")/fuzzing/$name
mkdir -p "$work/corpus" "$work/findings" "$work/seeds"
"$here/seeds.sh" "$name" "$work/seeds" "${4:-}"
log=$work/log
status=0
nice -n 19 "$program" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 -timeout=120 -report_slow_units=60 -print_final_stats=1 \
  -artifact_prefix="$work/findings/" "$work/corpus" "$here/corpus/$name" "$work/seeds" > "$log" 2>&1 || status=$?
coverage=$(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$log" | tail -n 1)
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
echo "fuzz $name: $seconds s, ${runs:-?} runs, $coverage, findings: $(find "$work/findings" -type f | wc -l) (log: $log)"
exit "$status"
