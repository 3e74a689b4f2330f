#!/usr/bin/env bash
# A throw-away PostgreSQL for tests, on loopback and a free port.
#
#   scripts/postgres.sh run COMMAND…   COMMAND with LATCHKEY_TEST_DATABASE set; stopped when it ends, however it ends
#   scripts/postgres.sh start FOLDER   starts one in FOLDER (made here), prints its URL
#   scripts/postgres.sh stop FOLDER    stops it and removes FOLDER
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

# Debian keeps the server's programs off PATH.
postgres_programs() {
  local newest
  if have initdb && have pg_ctl; then
    dirname "$(readlink -f "$(command -v initdb)")"
    return 0
  fi
  newest="$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)"
  [ -n "$newest" ] || die "no initdb found; install PostgreSQL's server (Debian: apt-get install postgresql)"
  dirname "$newest"
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

# Nothing here has to survive a crash, so nothing waits for the disk.
settings() {
  cat <<END
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = '$2'
max_connections = 300
shared_buffers = '64MB'
fsync = off
synchronous_commit = off
full_page_writes = off
END
}

start() {
  local folder="$1" programs port attempt
  programs="$(postgres_programs)"
  mkdir -p "$folder"
  folder="$(cd "$folder" && pwd)"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$folder"; fi
  as_postgres "$programs/initdb" --pgdata "$folder/data" --username postgres --auth trust \
    --encoding UTF8 --locale C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    die "initdb did not succeed"
  }
  cp "$folder/data/postgresql.conf" "$folder/postgresql.conf.initial"
  # Between asking for a free port and taking it, somebody else may have taken it.
  for attempt in 1 2 3 4 5; do
    port="$(free_port)"
    {
      cat "$folder/postgresql.conf.initial"
      settings "$port" "$folder"
    } >"$folder/data/postgresql.conf"
    if as_postgres "$programs/pg_ctl" --pgdata "$folder/data" --log "$folder/data/server.log" --wait --silent start \
      >/dev/null 2>&1 9>&-; then
      printf 'postgres://postgres@127.0.0.1:%s/postgres\n' "$port"
      return 0
    fi
    say "PostgreSQL did not start on port $port (attempt $attempt)."
  done
  tail -n 20 "$folder/data/server.log" >&2 || true
  die "PostgreSQL did not start"
}

# pg_ctl signals the process whose id stands in the data folder, and no other.
stop() {
  local folder="$1" programs
  [ -d "$folder" ] || return 0
  programs="$(postgres_programs)"
  if [ -f "$folder/data/postmaster.pid" ]; then
    as_postgres "$programs/pg_ctl" --pgdata "$folder/data" --mode immediate --wait --silent stop >/dev/null || true
  fi
  rm -rf "$folder"
}

# A signal may come while this runs on the way out already: it stops again, which does no harm, and only then exits.
finish() {
  trap '' INT TERM
  stop "$FOLDER"
}

run() {
  FOLDER="$(mktemp -d "${TMPDIR:-/tmp}/latchkey-postgres.XXXXXX")"
  trap finish EXIT
  trap 'finish; exit 130' INT
  trap 'finish; exit 143' TERM
  LATCHKEY_TEST_DATABASE="$(start "$FOLDER")"
  export LATCHKEY_TEST_DATABASE
  local status=0
  "$@" || status=$?
  [ "$status" -eq 0 ] || say_if_died "$FOLDER"
  return "$status"
}

# A server that died (a full disk, no memory) makes every test after it fail, each with another message.
say_if_died() {
  local folder="$1"
  if as_postgres "$(postgres_programs)/pg_ctl" --pgdata "$folder/data" status >/dev/null 2>&1; then return 0; fi
  say "PostgreSQL died meanwhile. The end of its log, and the space that is left:"
  tail -n 20 "$folder/data/server.log" >&2 || true
  df -h "$folder" >&2 || true
}

case "${1:-}" in
  run) [ $# -ge 2 ] || die "usage: scripts/postgres.sh run COMMAND…" ;;
  start | stop) [ $# -eq 2 ] || die "usage: scripts/postgres.sh $1 FOLDER" ;;
  *) die "usage: scripts/postgres.sh run COMMAND… | start FOLDER | stop FOLDER" ;;
esac
"$@"
