# shellcheck shell=bash
# Small words that the scripts share: speaking, timing, ports, whose build a target folder holds. Sourced, never run.

say() { printf '%s\n' "$*" >&2; }

# die MESSAGE…: says why and ends.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

now_ms() {
  local t="${EPOCHREALTIME/,/.}"
  printf '%s' "$((${t%.*} * 1000 + 10#${t#*.} / 1000))"
}

# seconds MILLISECONDS: 12345 -> 12.3
seconds() { printf '%d.%d' "$(($1 / 1000))" "$(($1 % 1000 / 100))"; }

# since MILLISECONDS: the seconds from then to now.
since() { seconds $(($(now_ms) - $1)); }

# free_port: a port of loopback that nobody listens on at this moment.
free_port() {
  node -e 'const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}

# claim_target_dir: to be called before anything is compiled.
#
# Cargo takes crates of two checkouts for the same when they stand at the same place in their workspace, and tells old
# from new by time alone. So in a target folder that was last filled from another checkout, our own crates are
# forgotten; their dependencies stay.
claim_target_dir() {
  local mark="$TARGET_DIR/built-from" self
  self="$ROOT $(stat -c '%i %W' "$ROOT")"
  if [ -f "$mark" ] && [ "$(<"$mark")" = "$self" ]; then return 0; fi
  mkdir -p "$TARGET_DIR"
  if [ -f "$mark" ]; then
    find "$TARGET_DIR" -type d -path '*/.fingerprint/latchkey-*' -prune -exec rm -rf {} +
  fi
  printf '%s\n' "$self" >"$mark"
}
