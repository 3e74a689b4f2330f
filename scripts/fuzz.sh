#!/usr/bin/env bash
# Throws what strangers may send at the parsers of credentials: each target in fuzz/ for so many seconds.
#
#   scripts/fuzz.sh [SECONDS] [TARGET…]      300 seconds each, all targets
#
# Without a sanitizer, so that the usual stable compiler will do: what a target asserts, and every panic, is a finding.
# The input of a finding is left in fuzz/artifacts; it becomes a test where its parser is.
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
cargo fuzz build --sanitizer none --fuzz-dir .
for target in "$@"; do
  begun="$(now_ms)"
  # What is found to lead further is kept for the next time, beside what was built; the seeds are written by hand.
  found="$CARGO_TARGET_DIR/corpus/$target"
  mkdir -p "$found"
  log="$CARGO_TARGET_DIR/$target.log"
  # Longer than any token that is looked at.
  if ! cargo fuzz run --sanitizer none --fuzz-dir . "$target" "$found" "seeds/$target" \
    -- -max_total_time="$LIMIT" -max_len=6000 -print_final_stats=1 >"$log" 2>&1; then
    tail -n 40 "$log"
    die "$target: a finding, or it did not run ($log has all of it)"
  fi
  tail -n 6 "$log"
  say "  $target: no finding in $(seconds "$(($(now_ms) - begun))") s"
done
