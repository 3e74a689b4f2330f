#!/usr/bin/env bash
# What signing in, refreshing and checking a token cost, beside a stock SimpleJWT; how long checks take in a storm of wrong
# passwords; what a million revocations cost in memory. What is after the name goes to the first of them, bench/run.py:
# scripts/bench.sh --rounds 3 --without-postgresql
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/build.sh
. "$HERE/build.sh"
# shellcheck source=scripts/setup/python.sh
. "$HERE/setup/python.sh"

"$HERE/setup.sh" bench
use_recorded_toolchain
cd "$ROOT"
build_release
PYTHON="$(python_home "$BENCH_REQUIREMENTS")/bin/python"
hide_tools_setting
made=(--program "$RELEASE_PROGRAM" --site "$RELEASE_SITE")
status=0
"$PYTHON" -B bench/run.py "${made[@]}" "$@" || status=1
"$PYTHON" -B bench/storm.py "${made[@]}" || status=1
"$PYTHON" -B bench/memory.py "${made[@]}" || status=1
exit "$status"
