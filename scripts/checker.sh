#!/usr/bin/env bash
# Checks from outside, against real nodes on one PostgreSQL, that every acknowledged end is honoured in time
# (bench/checker/README.md).
#
#   scripts/checker.sh run …       a minute in which nothing goes wrong
#   scripts/checker.sh chaos …     nodes and database stopped, killed, cut off and misled
#   scripts/checker.sh faults …    that the checker would notice: each patch bench/checker/faults/*.patch puts a fault
#                                  into a copy of the checkout, and the rule that it names must be found broken there;
#                                  those whose file names begin as said, or all
#
# What is after the name of run or chaos goes to the checker: scripts/checker.sh run --seconds 10 --ends 8
#
# A patch says before its diff which rule, and how the checker runs:
#   # rule: late
#   # checker: run --seconds 20
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/build.sh
. "$HERE/build.sh"

CHECKER="$TARGET_DIR/release/latchkey-checker"
FOLDER="$TARGET_DIR/checker"
COPY="$FOLDER/tree"
LOG="$FOLDER/log"

# What the checker says by its status where a rule was broken.
BROKEN=3

RESULTS=()
FAILED=''
JOB=''

# The server as cargo-leptos builds it, so that what one of them compiled serves the other; no site is needed. It may
# take the place of the program beside the site, which is looked at again when it is wanted.
build() {
  claim_target_dir
  rm -f "$RELEASE_SITE.built"
  cargo build --release -p latchkey-server --bin latchkey
  cargo build --release -p latchkey-checker
}

# Under the name of another program, so that a faulty one never stands where people look for the good one. Its crates
# are told apart from the checkout's by a build setting that differs; this one saves time as well.
build_faulty() {
  local apart=() member
  for member in "${MEMBERS[@]}"; do
    apart+=(--config "profile.release.package.latchkey-$member.opt-level=1")
  done
  (
    cd "$COPY"
    sed -i 's/^name = "latchkey"$/name = "latchkey-faulty"/' server/Cargo.toml
    export CARGO_TARGET_DIR="$TARGET_DIR"
    exec cargo build --release "${apart[@]}" -p latchkey-server --bin latchkey-faulty
  )
}

# said NAME PATCH: what stands behind the name before the diff.
said() { sed -n "/^diff \\|^--- /q; s/^# $1: *//p" "$2" | head -n 1; }

in_background() {
  local status=0
  "$@" >"$LOG" 2>&1 &
  JOB=$!
  wait "$JOB" || status=$?
  JOB=''
  return "$status"
}

# try PATCH: sets OUTCOME and TEXT.
try() {
  local patch="$1" rule arguments status=0
  OUTCOME=FAILED
  rule="$(said rule "$patch")"
  read -ra arguments <<<"$(said checker "$patch")"
  (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard | node "$HERE/prove-sync.mjs" "$ROOT" "$COPY")
  # Without the ceiling, git would take the copy for a part of the checkout around it.
  if ! (cd "$COPY" && GIT_CEILING_DIRECTORIES="$FOLDER" git apply --whitespace=nowarn "$patch") >"$LOG" 2>&1; then
    TEXT="the patch does not apply"
  elif ! in_background build_faulty; then
    TEXT="does not compile, which shows nothing"
  else
    in_background "$CHECKER" "${arguments[@]}" --program "$TARGET_DIR/release/latchkey-faulty" || status=$?
    if [ "$status" -eq 0 ]; then
      TEXT="not noticed"
    elif [ "$status" -ne "$BROKEN" ]; then
      TEXT="the checker did not come to an end ($status)"
    elif ! grep -q "^BROKEN $rule:" "$LOG"; then
      TEXT="another rule was broken: $(sed -n 's/^BROKEN \([a-z-]*\):.*/\1/p' "$LOG" | paste -sd ' ')"
    else
      OUTCOME=caught
      TEXT="$(sed -n 's/^BROKEN //p' "$LOG" | paste -sd ';')"
    fi
    TEXT="$(sed -n 's/^Starting .*; \(seed [0-9]*\).*/\1: /p' "$LOG" | head -n 1)$TEXT"
  fi
  rm -f "$TARGET_DIR/release/latchkey-faulty"
}

faults() {
  local patch prefix begun count=0
  mkdir -p "$FOLDER"
  for patch in "$ROOT"/bench/checker/faults/*.patch; do
    for prefix in "${@:-}"; do
      case "$(basename "$patch")" in "$prefix"*) ;; *) continue ;; esac
      count=$((count + 1))
      begun="$(now_ms)"
      try "$patch"
      RESULTS+=("$(printf '%-20s %-7s %6s s  %s' "$(basename "$patch" .patch)" "$OUTCOME" "$(since "$begun")" "$TEXT")")
      say "  ${RESULTS[-1]}"
      if [ "$OUTCOME" = FAILED ]; then
        FAILED=yes
        tail -n 60 "$LOG" | sed 's/^/    | /' >&2
      fi
      break
    done
  done
  [ "$count" -gt 0 ] || die "no patch found${1:+ for: $*}"
  say ""
  printf '  %s\n' "${RESULTS[@]}" >&2
  if [ -n "$FAILED" ]; then die "not every fault was noticed"; fi
  say "  Each of $count faults was noticed."
}

end_job() {
  trap '' INT TERM
  if [ -n "$JOB" ]; then
    kill "$JOB" 2>/dev/null || true
    wait "$JOB" 2>/dev/null || true
  fi
}

WHAT="${1:-run}"
case "$WHAT" in run | chaos | faults) ;; *) die "usage: scripts/checker.sh run|chaos|faults …" ;; esac
shift || true
"$HERE/setup.sh" test
use_recorded_toolchain
cd "$ROOT"
build
hide_tools_setting
trap end_job EXIT
trap 'end_job; exit 130' INT
trap 'end_job; exit 143' TERM
case "$WHAT" in
  faults) faults "$@" ;;
  *) exec "$CHECKER" "$WHAT" --program "$RELEASE_PROGRAM" "$@" ;;
esac
