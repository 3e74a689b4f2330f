#!/usr/bin/env bash
# All tests, each part with its time; ends with failure where a part failed, and names it.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/build.sh
. "$HERE/build.sh"
# shellcheck source=scripts/parts.sh
. "$HERE/parts.sh"
# shellcheck source=scripts/checks.sh
. "$HERE/checks.sh"

rust_on_sqlite() { "$HERE/redis.sh" run "$HERE/rust-tests.sh" sqlite; }

rust_on_postgresql() { "$HERE/redis.sh" run "$HERE/postgres.sh" run "$HERE/rust-tests.sh" postgresql; }

# The journeys start the program themselves, each with a database of its own.
journeys() {
  build_dev
  hide_tools_setting
  unset LATCHKEY_TEST_DATABASE LATCHKEY_TEST_REDIS
  cd "$ROOT/end2end"
  E2E_PROGRAM="$DEV_PROGRAM" E2E_SITE_DIR="$DEV_SITE" E2E_CHROMIUM="${E2E_CHROMIUM:-$(command -v chromium)}" \
    npx --no-install playwright test
}

begun="$(now_ms)"
"$HERE/setup.sh" test
use_recorded_toolchain
cd "$ROOT"
claim_target_dir
all_checks
part "Rust tests on SQLite" rust_on_sqlite
part "Rust tests on PostgreSQL" rust_on_postgresql
# The invariants (`make prove`) and the journeys run with `all`: `make test-all`.
if [ "${1:-}" = all ]; then
  part "invariants proved" "$HERE/prove.sh"
  part "journeys" journeys
fi
PART_LINES+=("$(printf '%-34s %8s s' "everything, set-up included" "$(since "$begun")")")
parts_end
