#!/usr/bin/env bash
# The Rust tests on one database.
#
#   scripts/rust-tests.sh sqlite       everything, on SQLite
#   scripts/rust-tests.sh postgresql   what touches a database, on the server that LATCHKEY_TEST_DATABASE names
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

cd "$ROOT"
claim_target_dir
hide_tools_setting
case "${1:-}" in
  sqlite)
    unset LATCHKEY_TEST_DATABASE
    exec cargo test "${HOST_PACKAGES[@]}"
    ;;
  postgresql)
    [ -n "${LATCHKEY_TEST_DATABASE:-}" ] || die "LATCHKEY_TEST_DATABASE is not set: use scripts/postgres.sh run"
    # The same packages as above, because fewer of them would be compiled with other features, and so again. Only the
    # tests in tests/ touch a database.
    exec cargo test "${HOST_PACKAGES[@]}" --test '*'
    ;;
  *) die "usage: scripts/rust-tests.sh sqlite|postgresql" ;;
esac
