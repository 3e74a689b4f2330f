"""A throw-away PostgreSQL by `scripts/postgres.sh`, its cost, and what it was asked."""

import os
import re
import subprocess
from pathlib import Path

import psycopg

from processes import cpu_seconds

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "postgres.sh"
ASKED = re.compile(r"^(\w+)\|(\d+)\|LOG:  (?:statement|execute [^:]*): *(\w+)", re.MULTILINE)
BEGIN = {"BEGIN", "START"}
END = {"COMMIT", "END", "ROLLBACK"}
NESTED = {"SAVEPOINT", "RELEASE"}


def count(asked):
    """How many statements these are, and how many transactions: those that are begun and ended, and each statement
    that stands alone. `asked` is what each session said, word for word."""
    statements = transactions = 0
    inside = set()
    for session, word in asked:
        if word in BEGIN:
            inside.add(session)
            transactions += 1
        elif word in END:
            inside.discard(session)
        elif word not in NESTED:
            statements += 1
            transactions += session not in inside
    return statements, transactions


class Postgres:
    """One server for both programs, with a database for each."""

    def __init__(self, folder):
        self._folder = folder
        done = subprocess.run([SCRIPT, "start", folder], check=True, stdout=subprocess.PIPE, text=True)
        self._url = done.stdout.strip()
        self._pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        self._log = folder / "data" / "server.log"
        self.version = self._execute("SHOW server_version")[0][0]

    def _execute(self, *statements):
        rows = None
        with psycopg.connect(self._url, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else None
        return rows

    def create(self, name):
        """Makes a database and returns its URL."""
        self._execute(f"CREATE DATABASE {name}")
        return f"{self._url.rsplit('/', 1)[0]}/{name}"

    def cpu_seconds(self):
        """CPU time so far, of all its processes."""
        return cpu_seconds(self._pid)

    def log_statements(self):
        """From now on every statement stands in its log, after the name of the database and its session."""
        self._execute(
            "ALTER SYSTEM SET log_line_prefix = '%d|%p|'",
            "ALTER SYSTEM SET log_statement = 'all'",
            "SELECT pg_reload_conf()",
        )

    def statements(self, name, work):
        """Does `work` once; how many statements and how many transactions the database `name` was asked for."""
        before = os.path.getsize(self._log)
        work()
        with open(self._log, "rb") as log:
            log.seek(before)
            asked = ASKED.findall(log.read().decode())
        return count([(session, word.upper()) for database, session, word in asked if database == name])

    def stop(self):
        """Stops it and removes its folder."""
        subprocess.run([SCRIPT, "stop", self._folder], check=True)
