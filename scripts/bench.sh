#!/usr/bin/env bash
# What signing in, refreshing and checking a token cost, beside a stock SimpleJWT. What is after the name goes to
# bench/run.py: scripts/bench.sh --rounds 3 --without-postgresql
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
exec "$PYTHON" -B bench/run.py --program "$RELEASE_PROGRAM" --site "$RELEASE_SITE" "$@"
