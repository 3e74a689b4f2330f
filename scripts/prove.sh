#!/usr/bin/env bash
# Shows that the tests of the invariants would notice: each patch <crate>/tests/mutants/iNN-*.patch breaks invariant NN
# on purpose in a copy of the checkout, and a test whose name bears that number must then turn red.
#
#   scripts/prove.sh           all of them
#   scripts/prove.sh i05 …     those whose file names begin so
#
# A patch may say which tests it means in a line before its diff; without one it is those of its crate:
#   # test: -p latchkey-server --test it i05_
# and another one that they say nothing unless they run on PostgreSQL:
#   # database: postgres
#
# No proof: a patch that does not apply, that does not compile, whose tests do not run, or end without a red one.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

PROVE="$TARGET_DIR/prove"
COPY="$PROVE/tree"
LOG="$PROVE/log"
# A mutant may hang what it breaks.
LIMIT=300

RESULTS=()
FAILED=''
JOB=''
DATABASE=embedded

# The copy shares the target folder, so that dependencies are compiled once. Cargo would take its crates for those of
# the checkout, whose artefacts must never come from a mutant; a build setting that differs keeps the two apart. This
# one saves time as well: nobody debugs a mutant.
APART=()
for package in "${HOST_PACKAGES[@]}" "$FRONT_PACKAGE"; do
  if [ "$package" != -p ]; then APART+=(--config "profile.dev.package.$package.debug=false"); fi
done

sync_copy() {
  (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard | node "$HERE/prove-sync.mjs" "$ROOT" "$COPY")
}

# cargo_test ARGUMENTS…: quietly, into the log; ended when this script is. On DATABASE.
cargo_test() {
  local status=0 on=()
  if [ "$DATABASE" = postgres ]; then on=("$HERE/postgres.sh" run); fi
  (
    cd "$COPY"
    export CARGO_TARGET_DIR="$TARGET_DIR"
    exec timeout --kill-after=10 "$LIMIT" "${on[@]}" cargo test "${APART[@]}" "$@"
  ) >"$LOG" 2>&1 &
  JOB=$!
  wait "$JOB" || status=$?
  JOB=''
  return "$status"
}

# Compiling may take longer than any test.
compile() { LIMIT=3600 DATABASE=embedded cargo_test --no-run "$@"; }

end_job() {
  trap '' INT TERM
  if [ -n "$JOB" ]; then kill "$JOB" 2>/dev/null || true; fi
}

# tests_of PATCH: the arguments for cargo test, one a line.
tests_of() {
  local patch="$1" line crate number
  line="$(sed -n '/^diff \|^--- /q; s/^# test: *//p' "$patch" | head -n 1)"
  if [ -z "$line" ]; then
    crate="$(sed -n 's/^name = "\(.*\)"$/\1/p' "$(dirname "$patch")/../../Cargo.toml" | head -n 1)"
    number="$(basename "$patch" | sed 's/-.*//')"
    line="-p $crate --test it ${number}_"
  fi
  tr -s ' ' '\n' <<<"$line"
}

# database_of PATCH: what its tests run on.
database_of() {
  local database
  database="$(sed -n '/^diff \|^--- /q; s/^# database: *//p' "$1" | head -n 1)"
  printf '%s' "${database:-embedded}"
}

# result NAME OUTCOME TEXT MILLISECONDS
result() {
  RESULTS+=("$(printf '%-44s %-7s %6s s  %s' "$1" "$2" "$(seconds "$4")" "$3")")
  say "  ${RESULTS[-1]}"
  if [ "$2" = FAILED ]; then FAILED=yes; fi
}

# try PATCH: sets OUTCOME and TEXT.
try() {
  local patch="$1" arguments status=0 red
  mapfile -t arguments < <(tests_of "$patch")
  DATABASE="$(database_of "$patch")"
  OUTCOME=FAILED
  sync_copy
  # Without the ceiling, git would take the copy for a part of the checkout around it.
  if ! (cd "$COPY" && GIT_CEILING_DIRECTORIES="$PROVE" git apply --whitespace=nowarn "$patch") >"$LOG" 2>&1; then
    TEXT="the patch does not apply"
    return 0
  fi
  if ! compile "${arguments[@]}"; then
    TEXT="does not compile, which proves nothing"
    return 0
  fi
  cargo_test "${arguments[@]}" || status=$?
  red="$(sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$LOG" | sort -u | paste -sd ' ')"
  if [ "$status" -eq 0 ]; then
    TEXT="survives: no test noticed"
  elif [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
    TEXT="no end within $LIMIT s"
  elif [ -z "$red" ]; then
    TEXT="ended without a red test"
  else
    OUTCOME=red
    TEXT="$red"
  fi
}

show_log() { if [ "$OUTCOME" = FAILED ]; then tail -n 40 "$LOG" | sed 's/^/    | /' >&2; fi; }

prove_patch() {
  local begun
  begun="$(now_ms)"
  try "$1"
  show_log
  result "$(basename "$1" .patch)" "$OUTCOME" "$TEXT" "$(($(now_ms) - begun))"
}

# prove_unbroken PATCH…: without them their tests must run, and be green: else red would say nothing.
prove_unbroken() {
  local begun line arguments ran
  sync_copy
  while IFS=' ' read -r DATABASE line; do
    begun="$(now_ms)"
    read -ra arguments <<<"$line"
    OUTCOME=FAILED
    if ! compile "${arguments[@]}"; then
      TEXT="does not compile"
    elif ! cargo_test "${arguments[@]}"; then
      TEXT="is not green without a patch"
    else
      ran="$(awk '/^running [0-9]+ tests?$/ { n += $2 } END { print n + 0 }' "$LOG")"
      TEXT="$ran green"
      if [ "$ran" -gt 0 ]; then OUTCOME=green; else TEXT="no test bears this number"; fi
    fi
    show_log
    result "unbroken: $line ($DATABASE)" "$OUTCOME" "$TEXT" "$(($(now_ms) - begun))"
  done < <(for patch in "$@"; do printf '%s %s\n' "$(database_of "$patch")" "$(tests_of "$patch" | paste -sd ' ')"; done | sort -u)
}

# patches_of CRATE PREFIX…: those whose file names begin so; without a prefix, all.
patches_of() {
  local crate="$1" patch prefix
  shift
  for patch in "$ROOT/$crate"/tests/mutants/i[0-9][0-9]-*.patch; do
    [ -f "$patch" ] || continue
    for prefix in "${@:-i}"; do
      case "$(basename "$patch")" in "$prefix"*) printf '%s\n' "$patch" ;; esac
    done
  done | sort -u
}

# Crate by crate, in the order of their dependencies: what stands above a crate is not compiled while that one is
# being broken.
main() {
  local crate patch patches count=0
  mkdir -p "$PROVE"
  for crate in "${MEMBERS[@]}"; do
    mapfile -t patches < <(patches_of "$crate" "$@")
    [ "${#patches[@]}" -gt 0 ] || continue
    count=$((count + ${#patches[@]}))
    prove_unbroken "${patches[@]}"
    for patch in "${patches[@]}"; do prove_patch "$patch"; done
  done
  [ "$count" -gt 0 ] || die "no patch found${1:+ for: $*}"
  say ""
  printf '  %s\n' "${RESULTS[@]}" >&2
  if [ -n "$FAILED" ]; then die "not every invariant is proved"; fi
  say "  Every one of $count breakages turned a test red."
}

"$HERE/setup.sh" test
use_recorded_toolchain
if [ -z "${LATCHKEY_TEST_REDIS:-}" ]; then exec "$HERE/redis.sh" run "$0" "$@"; fi
unset LATCHKEY_TEST_DATABASE
hide_tools_setting
trap end_job EXIT
trap 'end_job; exit 130' INT
trap 'end_job; exit 143' TERM
claim_target_dir
main "$@"
