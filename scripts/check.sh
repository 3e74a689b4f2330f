#!/usr/bin/env bash
# Format, lints, licences, who may depend on whom, documentation.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/parts.sh
. "$HERE/parts.sh"
# shellcheck source=scripts/checks.sh
. "$HERE/checks.sh"

"$HERE/setup.sh" test
use_recorded_toolchain
cd "$ROOT"
claim_target_dir
all_checks
parts_end
