#!/usr/bin/env bash
# All checks and all tests, each part with its time; ends with failure where a part failed, and names it.
#
# With QUICK=1 what daily work needs: format, lints of the server side, Rust on SQLite.
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

# What the journeys load is not optimised; what users load is built for its size.
bytes_of_the_site() {
  local site="$TARGET_DIR/site-for-its-bytes"
  build_shipped_site "$site"
  node "$HERE/bytes.mjs" "$site"
}

quick() {
  part "format" check_format
  part "patches of the mutants apply" check_mutants
  part "clippy, server side" check_clippy
  part "Rust tests on SQLite" rust_on_sqlite
}

everything() {
  all_checks
  part "Rust tests on SQLite" rust_on_sqlite
  part "Rust tests on PostgreSQL" rust_on_postgresql
  part "Django, and the OpenAPI document" "$HERE/django-tests.sh"
  part "followers refuse what was ended" "$HERE/follower-tests.sh"
  part "journeys" "$HERE/journeys.sh"
  part "bytes of the site" bytes_of_the_site
  part "invariants proved" "$HERE/prove.sh"
}

# A disk that fills up meanwhile shows as failures of tests that have nothing to do with it.
say_if_space_is_short() {
  local folder free_gib
  for folder in "${TMPDIR:-/tmp}" "$TARGET_DIR"; do
    mkdir -p "$folder"
    free_gib="$(df --output=avail -BG "$folder" | tail -n 1 | tr -dc '0-9')"
    [ "$free_gib" -ge 10 ] || say "warning: $folder has $free_gib GiB left; a first run takes up to 25, a later one 5."
  done
}

begun="$(now_ms)"
say_if_space_is_short
"$HERE/setup.sh" test
use_recorded_toolchain
cd "$ROOT"
claim_target_dir
if [ "${QUICK:-0}" = 1 ]; then
  quick
  whole="quick: neither PostgreSQL nor a browser"
else
  everything
  whole="everything, set-up included"
fi
PART_LINES+=("$(printf '%-34s %8s s' "$whole" "$(since "$begun")")")
parts_end
