#!/usr/bin/env bash
# The journeys in Chromium, with script and without, against the program as it is built for tests.
#
#   scripts/journeys.sh                 all of them
#   scripts/journeys.sh sign-in …       those of the files whose names begin so
#   scripts/journeys.sh pictures FOLDER no journeys: a picture of every page, into FOLDER
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/build.sh
. "$HERE/build.sh"

"$HERE/setup.sh" test
use_recorded_toolchain
cd "$ROOT"
build_dev

# The journeys start the program themselves, each with a database of its own.
hide_tools_setting
unset LATCHKEY_TEST_DATABASE LATCHKEY_TEST_REDIS
export E2E_PROGRAM="$DEV_PROGRAM" E2E_SITE_DIR="$DEV_SITE" E2E_CHROMIUM="${E2E_CHROMIUM:-$(command -v chromium)}"
export INIT_CWD="$PWD"
cd "$ROOT/end2end"
npm run --silent types
if [ "${1:-}" = pictures ]; then
  exec npx --no-install tsx screenshots.ts "${2:-$TARGET_DIR/pictures}"
fi
exec npx --no-install playwright test "${@/#//tests/}"
