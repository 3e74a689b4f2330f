#!/usr/bin/env bash
# Starts the server on a throw-away database full of believable people and sessions.
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

FOLDER="$(mktemp -d "${TMPDIR:-/tmp}/latchkey-demo.XXXXXX")"
SERVER=''

# The folder goes only when the server has gone.
finish() {
  trap '' INT TERM
  if [ -n "$SERVER" ]; then
    kill "$SERVER" 2>/dev/null || true
    wait "$SERVER" || true
  fi
  rm -rf "$FOLDER"
}
trap finish EXIT
trap 'finish; exit 130' INT
trap 'finish; exit 143' TERM

hide_tools_setting
export LATCHKEY_DATA_DIR="$FOLDER"
export LATCHKEY_DATABASE_URL="sqlite://$FOLDER/latchkey.db?mode=rwc"
export LATCHKEY_SITE_DIR="${LATCHKEY_SITE_DIR:-$RELEASE_SITE}"
"$RELEASE_PROGRAM" demo &
SERVER=$!
wait "$SERVER"
