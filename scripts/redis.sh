#!/usr/bin/env bash
# A throw-away Redis for tests, on loopback and a free port, with nothing kept on disk.
#
#   scripts/redis.sh run COMMAND…   COMMAND with LATCHKEY_TEST_REDIS set; stopped when it ends, however it ends
#   scripts/redis.sh start FOLDER   starts one in FOLDER (made here), prints its URL
#   scripts/redis.sh stop FOLDER    stops it and removes FOLDER
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

# It writes its process id once it listens.
has_started() {
  local folder="$1" tries=0
  while [ ! -s "$folder/pid" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || grep -q 'Could not create server\|Failed listening' "$folder/log" 2>/dev/null; then
      return 1
    fi
    sleep 0.05
  done
}

start() {
  local folder="$1" port attempt
  have redis-server || die "no redis-server found (Debian: apt-get install redis-server)"
  mkdir -p "$folder"
  folder="$(cd "$folder" && pwd)"
  # Between asking for a free port and taking it, somebody else may have taken it.
  for attempt in 1 2 3 4 5; do
    port="$(free_port)"
    rm -f "$folder/log"
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" \
      --daemonize yes --pidfile "$folder/pid" --logfile "$folder/log" >/dev/null 9>&-
    if has_started "$folder"; then
      printf 'redis://127.0.0.1:%s\n' "$port"
      return 0
    fi
    say "Redis did not start on port $port (attempt $attempt)."
  done
  tail -n 20 "$folder/log" >&2 || true
  die "Redis did not start"
}

stop() {
  local folder="$1" pid tries=0
  [ -d "$folder" ] || return 0
  if [ -s "$folder/pid" ]; then
    pid="$(<"$folder/pid")"
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do
      tries=$((tries + 1))
      sleep 0.05
    done
    kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -rf "$folder"
}

# A signal may come while this runs on the way out already: it stops again, which does no harm, and only then exits.
finish() {
  trap '' INT TERM
  stop "$FOLDER"
}

run() {
  FOLDER="$(mktemp -d "${TMPDIR:-/tmp}/latchkey-redis.XXXXXX")"
  trap finish EXIT
  trap 'finish; exit 130' INT
  trap 'finish; exit 143' TERM
  LATCHKEY_TEST_REDIS="$(start "$FOLDER")"
  export LATCHKEY_TEST_REDIS
  "$@"
}

case "${1:-}" in
  run) [ $# -ge 2 ] || die "usage: scripts/redis.sh run COMMAND…" ;;
  start | stop) [ $# -eq 2 ] || die "usage: scripts/redis.sh $1 FOLDER" ;;
  *) die "usage: scripts/redis.sh run COMMAND… | start FOLDER | stop FOLDER" ;;
esac
"$@"
