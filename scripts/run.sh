#!/usr/bin/env bash
# Builds the server and its site, optimised, and starts it. Settings come from the environment: see the README.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/build.sh
. "$HERE/build.sh"

"$HERE/setup.sh" run
use_recorded_toolchain
cd "$ROOT"
build_release
hide_tools_setting
export LATCHKEY_SITE_DIR="${LATCHKEY_SITE_DIR:-$RELEASE_SITE}"
exec "$RELEASE_PROGRAM" serve
