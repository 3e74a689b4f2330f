#!/usr/bin/env bash
# Throws what strangers may send at the parsers of credentials: each target in fuzz/ for so many seconds.
#
#   scripts/fuzz.sh [SECONDS] [TARGET…]      300 seconds each, all targets
#
# Without a sanitizer, so that the usual stable compiler will do: what a target asserts, and every panic, is a finding.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

"$HERE/setup.sh" fuzz
use_recorded_toolchain
PATH="$CARGO_FUZZ_HOME/bin:$PATH"
LIMIT="${1:-300}"
if [ $# -gt 0 ]; then shift; fi
cd "$ROOT/fuzz"
if [ $# -eq 0 ]; then
  mapfile -t targets < <(cargo fuzz list)
  set -- "${targets[@]}"
fi
export CARGO_TARGET_DIR="$TARGET_DIR/fuzz"
for target in "$@"; do
  begun="$(now_ms)"
  # Longer than any token that is looked at.
  cargo fuzz run --sanitizer none --fuzz-dir . "$target" -- -max_total_time="$LIMIT" -max_len=6000 -print_final_stats=1 \
    2>&1 | tail -n 12
  say "  $target: no finding in $(seconds "$(($(now_ms) - begun))") s"
done
