"""Measures every list of the console on a full database: each filter, in each order, on its first, middle and last
page. Then reads exports whole, and ends a tenth of all sessions by one order.

What is measured is how long the server takes from the request to the whole page, over a connection that is kept. Ends
with failure where a page takes longer than the limit. `make bench-console` starts it with what it needs.
"""

import argparse
import base64
import http.client
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg  # noqa: E402
from bulk import end  # noqa: E402
from client import Client  # noqa: E402
from fill import DAY, fill  # noqa: E402
from memory import is_ready, resident  # noqa: E402
from postgres import Postgres  # noqa: E402
from processes import Server, free_port  # noqa: E402

LIMIT_MS = 50
MEMORY_LIMIT = 512 * 1024 * 1024
EXPORTED = 2_000_000
PASSWORD = "violet otter drinks slowly"
LISTS = {"sessions": 1, "families": 2, "users": 3, "audit": 4}
ORDERS = {
    "sessions": ["newest", "oldest", "last_used", "ended"],
    "families": ["newest", "oldest", "ended"],
    "users": ["newest", "oldest"],
    "audit": ["newest", "oldest"],
}


def day(days_ago):
    """A day in UTC, as the filter takes it."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() - days_ago * 86_400))


def filters(database):
    """For each list what it is narrowed by: common values, rare ones, and such that nobody has."""

    def one(query):
        return str(database.execute(query).fetchone()[0])

    somebody = one("SELECT user_id FROM sessions ORDER BY session_id LIMIT 1")
    program = one("SELECT user_id FROM sessions GROUP BY user_id ORDER BY count(*) DESC LIMIT 1")
    family = one("SELECT substr(detail, 12, 36) FROM audit_events WHERE detail LIKE '{\"family\"%' LIMIT 1")
    session = one("SELECT session_id FROM audit_events WHERE session_id IS NOT NULL ORDER BY seq DESC LIMIT 1")
    request = one("SELECT request_id FROM audit_events ORDER BY seq DESC LIMIT 1")
    address = one("SELECT address FROM sessions WHERE address LIKE '10.%' LIMIT 1")
    event_address = one("SELECT address FROM audit_personal WHERE address LIKE '10.%' LIMIT 1")
    nobody = str(uuid.UUID(int=7))
    whose = [{"user": somebody}, {"user": program}, {"user": "a1"}, {"user": "b"}, {"user": "nobody-here"}, {"user": nobody}]
    where = [{"address": "198.18.0.1"}, {"address": "203.0.113.9"}]
    used = [{"used_from": "198.18.0.1"}, {"used_from": address}, {"used_from": "198.18.0.1", "state": "ended"}]
    ends = [{"state": "live"}, {"state": "ended"}, {"reason": "sign_out"}, {"reason": "idle"}, {"reason": "recovered"}]
    ends += [{"by": "root"}, {"by": nobody}]
    periods = [{"from": day(1)}, {"to": day(20)}, {"from": day(22), "to": day(18)}, {"from": day(900), "to": day(800)}]
    return {
        "sessions": [{}, *whose, *where, {"address": address}, *used, *ends, *periods]
        + [{"network": "198.18.1.0/24"}, {"network": "10.1.2.0/24"}, {"network": "nothing"}]
        + [{"browser": "Chrome"}, {"browser": "Vivaldi"}, {"browser": "Lynx"}]
        + [{"system": "Windows 10"}, {"system": "ChromeOS"}, {"system": "Plan 9"}]
        + [{"device": "desktop"}, {"device": "appliance"}, {"device": "robot"}]
        + [{"method": "password"}, {"method": "setup"}, {"reason": "provider_revoked"}]
        + [{"state": "live", "browser": "Opera"}, {"state": "ended", "network": "198.18.1.0/24"}]
        + [{"state": "live", "user": program}, {"state": "ended", "user": program}]
        + [{"state": "ended", "method": "provider"}, {"state": "ended", "address": "198.18.0.1"}],
        "families": [{}, *whose, *where, {"address": address}, *used, *ends, *periods]
        + [{"device": "program"}, {"device": "appliance"}, {"device": "tablet"}]
        + [{"event": "rotated"}, {"event": "theft"}, {"event": "lost_timeline"}, {"reason": "theft"}]
        + [{"state": "live", "device": "robot"}, {"state": "ended", "user": program}]
        + [{"state": "ended", "address": "198.18.0.1"}],
        "users": [{}, {"search": "a1"}, {"search": "b"}, {"search": "zzz"}, {"role": "user"}, {"role": "auditor"}]
        + [{"state": "active"}, {"state": "disabled"}, {"role": "administrator", "state": "disabled"}, *periods],
        "audit": [{}, *whose, *where, {"address": event_address}, *periods]
        + [{"kind": "sign_in"}, {"kind": "permission.denied"}, {"kind": "setup"}, {"kind": "keys.changed"}]
        + [{"outcome": "success"}, {"outcome": "failure"}, {"kind": "sign_in", "outcome": "failure"}]
        + [{"kind": "session.ended", "outcome": "failure"}, {"kind": "sign_in", "from": day(40), "to": day(38)}]
        + [{"session": session}, {"session": nobody}, {"family": family}, {"family": nobody}]
        + [{"request": request}, {"request": "nothing"}, {"user": program, "kind": "sign_in"}],
    }


def middle(name, order, database):
    """A cursor in the middle of a list, as the pages before would lead to it."""
    key = {"newest": "created_at", "oldest": "created_at", "last_used": "last_seen_at", "ended": "ended_at"}[order]
    if name == "audit":
        low, high = database.execute("SELECT min(seq), max(seq) FROM audit_events").fetchone()
    else:
        low, high = database.execute(f"SELECT min({key}), max({key}) FROM {name}").fetchone()
    tag = LISTS[name] << 4 | ORDERS[name].index(order)
    cursor = bytes([tag, 0]) + ((low + high) // 2).to_bytes(8, "big") + uuid.UUID(int=1 << 100).bytes
    return base64.urlsafe_b64encode(cursor).decode().rstrip("=")


class Figures:
    """What was measured, and whether it is within the limit."""

    def __init__(self, client, cookie, rounds):
        self.client = client
        self.cookie = cookie
        self.rounds = rounds
        self.rows = []

    def measure(self, name, path):
        """Milliseconds: the first request, then the median and the most of the others."""
        times = []
        for _ in range(self.rounds + 1):
            begun = time.perf_counter()
            try:
                self.client.get(path, cookie=self.cookie)
            except AssertionError as refused:
                print(f"{path}: {refused}", file=sys.stderr)
            times.append((time.perf_counter() - begun) * 1000)
        self.rows.append((name, times[0], statistics.median(times[1:]), max(times[1:]), path))

    def table(self, every):
        """The slowest of each list, or all, as Markdown; and whether all are within the limit."""
        print("| List | Pages measured | median of all | slowest page (median) | slowest request |")
        print("| --- | --- | --- | --- | --- |")
        for name in dict.fromkeys(row[0] for row in self.rows):
            rows = [row for row in self.rows if row[0] == name]
            medians = [row[2] for row in rows]
            most = max(row[3] for row in rows)
            print(
                f"| {name} | {len(rows)} | {statistics.median(medians):.1f} ms | {max(medians):.1f} ms | {most:.1f} ms |"
            )
        shown = sorted(self.rows, key=lambda row: -row[2])
        print("\n| Page | cold | median | most |\n| --- | --- | --- | --- |")
        for _, cold, median, most, path in shown if every else shown[:12]:
            print(f"| `{path}` | {cold:.1f} ms | {median:.1f} ms | {most:.1f} ms |")
        slow = [row for row in self.rows if row[2] > LIMIT_MS]
        print(f"\n- {'MISSED' if slow else 'met'}: each of {len(self.rows)} pages takes at most {LIMIT_MS} ms")
        return not slow


def export(port, cookie, name, format_):
    """Reads an export, whole or until it has `EXPORTED` lines; how many rows and bytes, and how long it took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/admin/{name}/export.{format_}", headers={"Cookie": cookie})
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    begun = time.monotonic()
    rows = size = 0
    while rows < EXPORTED and (part := answer.read(1 << 20)):
        rows += part.count(b"\n")
        size += len(part)
    connection.close()
    return rows, size, time.monotonic() - begun


def run(options, folder):
    """Everything."""
    postgres = Postgres(folder / "postgresql")
    try:
        url = postgres.create("console")
        port = free_port()
        program = options.program.resolve()
        key = subprocess.run([program, "keys", "generate"], check=True, capture_output=True, text=True).stdout.strip()
        settings = {
            "listen": f"127.0.0.1:{port}",
            "base_url": f"http://127.0.0.1:{port}",
            "data_dir": str(folder / "data"),
            "site_dir": str(options.site.resolve()),
            "log": "error",
            "database_url": url,
            "master_key": key,
            "migrate": "on",
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY_")}
        environment |= {f"LATCHKEY_{name.upper()}": value for name, value in settings.items()}

        def latchkey(*words):
            subprocess.run(
                [program, *words], env=environment, cwd=folder, check=True, capture_output=True, input=PASSWORD.encode()
            )

        latchkey("migrate", "up")
        latchkey("user", "create", "root", "--email", "root@example.com", "--role", "administrator")
        size = fill(url, options.sessions, options.families, options.users, options.events)
        print(f"PostgreSQL {postgres.version}, {size / 2**30:.1f} GiB of database; {os.cpu_count()} cores, ", end="")
        print(f"load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}\n")
        server = Server([program, "serve"], environment, folder, port)
        try:
            return measure(options, server, url)
        finally:
            server.stop()
    finally:
        postgres.stop()


def measure(options, server, url):
    """The pages, the server's memory, the exports, and an end of very many."""
    while not is_ready(server.port):
        time.sleep(0.05)
    client = Client(server.port)
    cookie = client.sign_in({"identifier": "root", "password": PASSWORD})
    client.get("/admin", cookie=cookie)
    before, _ = resident(server.pid)
    figures = Figures(client, cookie, options.rounds)
    with psycopg.connect(url, autocommit=True) as database:
        asked = filters(database)
        for name, orders in ORDERS.items():
            for order in orders:
                for narrowed in asked[name]:
                    fields = narrowed | ({} if order == "newest" else {"sort": order})
                    for cursor in [None, middle(name, order, database), "last"]:
                        query = urlencode(fields | ({"cursor": cursor} if cursor else {}))
                        figures.measure(name, f"/admin/{name}?{query}")
            print(f"measured {name}", file=sys.stderr, flush=True)
        for page in ["/admin", "/api/admin/overview", "/admin/threats", "/admin/threats?cursor=last"]:
            figures.measure("others", page)
        user = asked["sessions"][2]["user"]
        figures.measure("others", f"/admin/users/{user}")
    after, most = resident(server.pid)
    met = figures.table(options.every)
    print(f"- server's memory: {before / 2**20:.0f} MiB before, {after / 2**20:.0f} MiB after, {most / 2**20:.0f} MiB at most")
    for name, format_ in [("sessions", "csv"), ("sessions", "jsonl"), ("audit", "csv")]:
        rows, size, seconds = export(server.port, cookie, name, format_)
        now, most = resident(server.pid)
        print(
            f"- export of {name} as {format_}: {rows:,} lines, {size / 2**20:.0f} MiB in {seconds:.0f} s, "
            f"{rows / seconds:,.0f} rows/s; memory {now / 2**20:.0f} MiB, {most / 2**20:.0f} MiB at most"
        )
    all_ended = end(server.port, cookie, url)
    _, most = resident(server.pid)
    is_small = most < MEMORY_LIMIT
    print(f"- {'met' if is_small else 'MISSED'}: at most {MEMORY_LIMIT / 2**20:.0f} MiB of memory")
    return 0 if met and all_ended and is_small else 1


def main():
    """Reads the options and sees to it that nothing is left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True, help="the release-built latchkey")
    parser.add_argument("--site", type=Path, required=True, help="its site folder")
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--families", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5, help="warm requests of each page")
    parser.add_argument("--every", action="store_true", help="print every page, not only the slowest")
    options = parser.parse_args()
    # Told to stop, it stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="latchkey-bench-") as name:
        folder = Path(name)
        # PostgreSQL runs as another user where this is root.
        folder.chmod(0o755)
        return run(options, folder)


if __name__ == "__main__":
    sys.exit(main())
