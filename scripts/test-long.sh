#!/usr/bin/env bash
# The Rust tests with many more rounds (a test that looks at LATCHKEY_TEST_LONG raises its own); what strangers may send
# thrown at the parsers of credentials, five minutes each; several nodes watched from outside, through faults too.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/parts.sh
. "$HERE/parts.sh"

"$HERE/setup.sh" test
use_recorded_toolchain
export LATCHKEY_TEST_LONG=1
part "Rust tests on SQLite" "$HERE/redis.sh" run "$HERE/rust-tests.sh" sqlite
part "Rust tests on PostgreSQL" "$HERE/redis.sh" run "$HERE/postgres.sh" run "$HERE/rust-tests.sh" postgresql
part "Fuzzing" "$HERE/fuzz.sh"
part "Ends are honoured in time" "$HERE/checker.sh" run
part "Ends are honoured through faults" "$HERE/checker.sh" chaos
part "The checker notices faults" "$HERE/checker.sh" faults
parts_end
