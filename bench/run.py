"""Measures sign-in, refresh and bearer check of Latchkey beside a stock SimpleJWT, in one run.

What is measured is CPU time of the server, and of PostgreSQL where it takes part, per request: not how long a client
waits, which depends on what else the machine does. The two take turns; each figure is the median of the rounds.
`make bench` starts it with what it needs. Ends with failure where a goal is missed.
"""

import argparse
import os
import platform
import signal
import statistics
import sys
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from postgres import Postgres
from targets import ACCESS_TOKENS, latchkey, simplejwt

CALLS = {
    # What is called, on a server with which hashes, and what is got ready before it.
    "sign-in": ("sign_in", "shipped", None),
    "sign-in without the hash": ("sign_in", "cheap", None),
    "refresh": ("refresh", "cheap", None),
    "bearer check": ("check", "cheap", "renew_access_tokens"),
    "session check": ("check_session", "cheap", "sign_browsers_in"),
    "ping": ("ping", "cheap", None),
}

# What the peer has no like of.
OURS_ALONE = {"session check"}

# A check on a warm node takes so much of what a route without proof takes, and no more.
CHECK_LIMIT = 1.25


def who_has(call):
    """Who can be called like that."""
    return ["Latchkey"] if call in OURS_ALONE else ["Latchkey", "SimpleJWT"]


def measure(target, postgres, call, requests):
    """Microseconds of CPU per request: of the server, and of PostgreSQL."""
    method, _, prepare = CALLS[call]
    if prepare:
        getattr(target, prepare)()
    work = getattr(target, method)
    server = target.server.cpu_seconds()
    database = postgres.cpu_seconds() if postgres else 0
    for _ in range(requests):
        work()
    server = target.server.cpu_seconds() - server
    database = postgres.cpu_seconds() - database if postgres else 0
    return server * 1e6 / requests, database * 1e6 / requests


def calibrate(target, postgres, call, seconds):
    """How many requests take about so much CPU; the kernel counts in hundredths of a second."""
    requests = 3 if CALLS[call][1] == "shipped" else 50
    cost = sum(measure(target, postgres, call, requests))
    return max(requests, round(seconds * 1e6 / max(cost, 10)))


class Database:
    """Latchkey and the peer on one kind of database."""

    def __init__(self, name, postgres=None):
        self.name = name
        self.postgres = postgres
        self.targets = {}

    def start(self, folder, program, site):
        """Starts the servers and signs in."""
        for hashes in ["shipped", "cheap"]:
            for who in ["Latchkey", "SimpleJWT"]:
                home = folder / f"{self.name}-{hashes}-{who}"
                home.mkdir()
                url = self.postgres.create(f"{hashes}_{who}".lower()) if self.postgres else None
                if who == "Latchkey":
                    target = latchkey(program, site, home, url, hashes)
                else:
                    target = simplejwt(home, url, hashes)
                self.targets[hashes, who] = target
                if hashes == "cheap":
                    target.open_families()

    def of(self, call):
        """Those that take turns at a call."""
        return [self.targets[CALLS[call][1], who] for who in who_has(call)]

    def statements(self):
        """For each call and each of the two: statements and transactions, as most requests need them."""
        self.postgres.log_statements()
        found = {}
        for call in CALLS:
            method, hashes, prepare = CALLS[call]
            for target in self.of(call):
                if prepare:
                    getattr(target, prepare)()
                work = getattr(target, method)
                # As many as take turns: what was not asked for yet is read once.
                for _ in range(ACCESS_TOKENS):
                    work()
                name = f"{hashes}_{target.name}".lower()
                counted = Counter(self.postgres.statements(name, work) for _ in range(15))
                found[call, target.name] = counted.most_common(1)[0][0]
        return found

    def stop(self):
        """Stops everything."""
        for target in self.targets.values():
            target.stop()
        if self.postgres:
            self.postgres.stop()


def run(databases, rounds, seconds):
    """All figures: for each database, call and target the pairs of each round."""
    requests, figures = {}, {}
    for database in databases:
        for call in CALLS:
            for target in database.of(call):
                key = (database.name, call, target.name)
                requests[key] = calibrate(target, database.postgres, call, seconds)
                figures[key] = []
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        for database in databases:
            for call in CALLS:
                # Neither always goes first.
                for target in database.of(call)[:: -1 if number % 2 else 1]:
                    key = (database.name, call, target.name)
                    figures[key].append(measure(target, database.postgres, call, requests[key]))
    return figures


def median(pairs):
    """The median of the sums, and that of PostgreSQL's part."""
    return statistics.median(map(sum, pairs)), statistics.median(part for _, part in pairs)


def micros(value):
    """Microseconds, or milliseconds where they are many."""
    return f"{value / 1000:.1f} ms" if value >= 10_000 else f"{value:.0f} µs"


def table(databases, figures):
    """CPU time per request, as Markdown; and the ratios."""
    print("| Call | Database | Latchkey | SimpleJWT | Latchkey takes |")
    print("| --- | --- | --- | --- | --- |")
    ratios = {}
    for call in CALLS:
        for database in databases:
            cells, sums = [], []
            for who in who_has(call):
                pairs = figures[database.name, call, who]
                whole, part = median(pairs)
                low, high = min(map(sum, pairs)), max(map(sum, pairs))
                database_part = f", PostgreSQL {micros(part)} of it" if database.postgres else ""
                cells.append(f"{micros(whole)} ({micros(low)} to {micros(high)}){database_part}")
                sums.append(whole)
            if len(sums) == 1:
                print(f"| {call} | {database.name} | {cells[0]} | — | — |")
                continue
            ratio = ratios[database.name, call] = sums[0] / sums[1]
            share = f"1/{1 / ratio:.1f}" if ratio < 1 else f"{ratio:.2f} times"
            print(f"| {call} | {database.name} | {cells[0]} | {cells[1]} | {share} |")
    return ratios


def statements_table(found):
    """Statements and transactions per request, as Markdown."""
    print("\n| Call | Latchkey | SimpleJWT |\n| --- | --- | --- |")
    for call in CALLS:
        cells = []
        for who in ["Latchkey", "SimpleJWT"]:
            if (call, who) not in found:
                cells.append("—")
                continue
            statements, transactions = found[call, who]
            cells.append(f"{statements} in {transactions}" if statements else "none")
        print(f"| {call} | {cells[0]} | {cells[1]} |")


def checks_table(databases, figures):
    """What a check takes beside a route without proof, round by round, as Markdown; and the ratios."""
    print("\n| Check | Database | beside a ping |\n| --- | --- | --- |")
    ratios = {}
    for call in ["bearer check", "session check"]:
        for database in databases:
            rounds = zip(figures[database.name, call, "Latchkey"], figures[database.name, "ping", "Latchkey"])
            shares = [sum(check) / sum(ping) for check, ping in rounds]
            ratio = ratios[database.name, call] = statistics.median(shares)
            print(f"| {call} | {database.name} | {ratio:.2f} ({min(shares):.2f} to {max(shares):.2f}) |")
    return ratios


def goals(ratios, checks, found):
    """What it must cost, and whether it does."""
    outcome = {
        f"a refresh on {name} takes at most a tenth of SimpleJWT's CPU": ratio <= 0.1
        for (name, call), ratio in ratios.items()
        if call == "refresh"
    }
    for (name, call), ratio in checks.items():
        outcome[f"a {call} on {name} takes at most {CHECK_LIMIT} times what a ping takes"] = ratio <= CHECK_LIMIT
    if found:
        statements, transactions = found["refresh", "Latchkey"]
        outcome["a refresh is one transaction of four statements at most"] = statements <= 4 and transactions == 1
        for call in ["bearer check", "session check"]:
            outcome[f"a {call} on a warm node asks the database nothing"] = found[call, "Latchkey"][0] == 0
    print()
    for goal, is_met in outcome.items():
        print(f"- {'met' if is_met else 'MISSED'}: {goal}")
    return all(outcome.values())


def main():
    """Everything, and the conditions under which it was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True, help="the release-built latchkey")
    parser.add_argument("--site", type=Path, required=True, help="its site folder")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="CPU time of each measurement, about")
    parser.add_argument("--without-postgresql", action="store_true")
    options = parser.parse_args()
    # Told to stop, it stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    with tempfile.TemporaryDirectory(prefix="latchkey-bench-") as name:
        folder = Path(name)
        # PostgreSQL runs as another user where this is root.
        folder.chmod(0o755)
        databases = []
        postgres = None
        try:
            make = (options.program.resolve(), options.site.resolve())
            databases.append(Database("SQLite"))
            databases[-1].start(folder, *make)
            if not options.without_postgresql:
                postgres = Postgres(folder / "postgresql")
                databases.append(Database("PostgreSQL", postgres))
                databases[-1].start(folder, *make)
            figures = run(databases, options.rounds, options.seconds)
            packages = ["Django", "djangorestframework", "djangorestframework-simplejwt", "gunicorn"]
            versions = [f"{package} {version(package)}" for package in packages]
            versions.append(f"Python {platform.python_version()}")
            if postgres:
                versions.append(f"PostgreSQL {postgres.version}")
            load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
            print(f"{os.cpu_count()} cores, load {load}; {', '.join(versions)}\n")
            ratios = table(databases, figures)
            checks = checks_table(databases, figures)
            found = databases[-1].statements() if postgres else None
            if found:
                statements_table(found)
            return 0 if goals(ratios, checks, found) else 1
        finally:
            for database in databases:
                database.stop()


if __name__ == "__main__":
    sys.exit(main())
