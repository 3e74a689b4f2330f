#!/usr/bin/env bash
# Puts in place what building and running (and, with "test", testing) needs, and nothing twice.
#
#   scripts/setup.sh [test]   everything
#   scripts/setup.sh run      what building and running needs
#   scripts/setup.sh fuzz     the same as run, and what fuzzing needs
#   scripts/setup.sh bench    the same, and what the bench measures beside us
#
# Each step is skipped when its result is there, can be interrupted, and says what to do by hand when it fails.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/setup/system.sh
. "$HERE/setup/system.sh"
# shellcheck source=scripts/setup/rust.sh
. "$HERE/setup/rust.sh"
# shellcheck source=scripts/setup/npm.sh
. "$HERE/setup/npm.sh"
# shellcheck source=scripts/setup/front-end.sh
. "$HERE/setup/front-end.sh"
# shellcheck source=scripts/setup/tests.sh
. "$HERE/setup/tests.sh"
# shellcheck source=scripts/setup/python.sh
. "$HERE/setup/python.sh"

# step NAME CHECK INSTALL BY_HAND: does INSTALL unless CHECK holds, and shows how long it took.
# INSTALL runs in a subshell with errexit, so that its first failure ends it and BY_HAND is shown.
step() {
  local name="$1" check="$2" install="$3" by_hand="$4" begun status
  if "$check"; then return 0; fi
  begun="$(now_ms)"
  say "==> $name …"
  set +e
  (
    set -e
    "$install"
  )
  status=$?
  set -e
  if [ "$status" -ne 0 ] || ! "$check"; then
    say "error: $name: did not succeed ($(since "$begun") s)."
    say "By hand: $by_hand"
    say "Then give the same command again: what is done is not done twice."
    exit 1
  fi
  say "<== $name: $(since "$begun") s"
}

# Two set-ups at once would build the same thing twice into one place.
lock_tools() {
  mkdir -p "$TOOLS/bin"
  exec 9>"$TOOLS/.lock"
  flock -n 9 && return 0
  say "Another set-up is running; waiting for it …"
  flock 9
}

main() {
  local wanted="${1:-test}"
  case "$wanted" in
    run | test | fuzz | bench) ;;
    *) die "usage: scripts/setup.sh [run|test|fuzz|bench]" ;;
  esac
  check_prerequisites
  lock_tools
  setup_rust
  setup_front_end
  if [ "$wanted" = test ]; then setup_tests; fi
  if [ "$wanted" = fuzz ]; then setup_fuzz; fi
  if [ "$wanted" = bench ]; then setup_bench; fi
}

# On one line with its end: bash reads a script as it goes, and this one may be edited while it compiles for minutes.
main "$@"; exit
