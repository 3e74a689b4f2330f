#!/usr/bin/env bash
# Removes what was built from this checkout; the tools shared by all checkouts stay.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

cd "$ROOT"
rm -rf target style/node_modules end2end/node_modules end2end/test-results end2end/playwright-report
if [ "$TARGET_DIR" != "$ROOT/target" ]; then
  say "CARGO_TARGET_DIR ($TARGET_DIR) may serve others and was left alone."
fi
say "The tools stay in $TOOLS; remove that folder to set everything up anew."
