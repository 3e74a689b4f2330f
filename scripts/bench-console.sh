#!/usr/bin/env bash
# How long the console's lists take over a million sessions, a million families, 100,000 users and ten million events. What
# is after the name goes to bench/console/run.py: scripts/bench-console.sh --sessions 10000 --events 50000
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
exec "$PYTHON" -B bench/console/run.py --program "$RELEASE_PROGRAM" --site "$RELEASE_SITE" "$@"
