#!/usr/bin/env bash
# Starts the server and builds it and the site again at every change.
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
claim_target_dir
hide_tools_setting
export LATCHKEY_SITE_DIR="${LATCHKEY_SITE_DIR:-$DEV_SITE}"
LEPTOS_SITE_ROOT="$DEV_SITE" exec cargo leptos watch -- serve
