# shellcheck shell=bash
# Runs a sequence of named parts, goes on after one that fails, and closes with a table. Sourced, never run.

PART_LINES=()
PARTS_FAILED=()

# part NAME COMMAND…: COMMAND in a subshell with errexit, its time and its outcome kept for the table.
part() {
  local name="$1" begun status outcome=ok
  shift
  begun="$(now_ms)"
  say ""
  say "=== $name"
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  # An interruption is not one part's failure: the next ones must not begin.
  case "$status" in 130 | 143) exit "$status" ;; esac
  if [ "$status" -ne 0 ]; then
    outcome=FAILED
    PARTS_FAILED+=("$name")
  fi
  say "=== $name: $outcome, $(since "$begun") s"
  PART_LINES+=("$(printf '%-34s %8s s  %s' "$name" "$(since "$begun")" "$outcome")")
}

# parts_end: the table; ends with failure where a part failed.
parts_end() {
  say ""
  printf '  %s\n' "${PART_LINES[@]}" >&2
  if [ "${#PARTS_FAILED[@]}" -gt 0 ]; then
    local list
    list="$(printf '%s, ' "${PARTS_FAILED[@]}")"
    die "failed: ${list%, }"
  fi
}
