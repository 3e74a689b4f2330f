"""Ends very many sessions by a filter, as an administrator does on the page, and watches it from outside."""

import html
import re
import threading
import time

import psycopg

from client import Client

# Among what the filter fits the first of these names that many.
FILTER = "browser=Safari"
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
PROGRESS = re.compile(r'<progress[^>]*max="(\d+)"[^>]*value="(\d+)"|<progress[^>]*value="(\d+)"[^>]*max="(\d+)"')
LONGEST = """SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) * 1000 FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


class Watch:
    """Looks every few milliseconds how long the oldest open transaction is open."""

    def __init__(self, url):
        self.most = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, args=[url])

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _look(self, url):
        with psycopg.connect(url, autocommit=True) as database:
            while not self._stop.wait(0.005):
                self.most = max(self.most, float(database.execute(LONGEST).fetchone()[0]))


def fields(page):
    """What a page's form would send without its script, the last one of each name."""
    found = [dict(ATTRIBUTE.findall(tag)) for tag in HIDDEN.findall(page)]
    return {one["name"]: html.unescape(one.get("value", "")) for one in found if "name" in one}


def progress(page):
    """How many of how many, as the page shows it."""
    shown = PROGRESS.search(page)
    assert shown, "the page shows no progress"
    most, value = (shown[1], shown[2]) if shown[1] else (shown[4], shown[3])
    return int(value), int(most)


def end(port, cookie, url):
    """Ends what the filter fits, and prints what it took; whether all was as it should be."""
    client = Client(port)
    since = int(time.time() * 1000)
    begun = time.perf_counter()
    preview = client.get(f"/admin/sessions/end?{FILTER}", cookie=cookie).decode()
    previewed = (time.perf_counter() - begun) * 1000
    headers, body = client.submit("/admin/sessions/end", fields(preview), cookie=cookie)
    location = dict(headers).get("location", "")
    assert location.startswith("/admin/bulk-ends/"), (headers, body[:300])
    client.close()
    order = location.partition("?")[0]
    begun = time.monotonic()
    found = 0
    seen = []
    with Watch(url) as watch:
        while True:
            # Whoever left finds it again in the list.
            fresh = Client(port)
            assert order in fresh.get("/admin/bulk-ends", cookie=cookie).decode()
            done, of = progress(fresh.get(order, cookie=cookie).decode())
            fresh.close()
            found = found or of
            seen.append(done)
            if done >= of or time.monotonic() - begun > 600:
                break
            time.sleep(0.25)
    took = time.monotonic() - begun
    with psycopg.connect(url, autocommit=True) as database:
        ended = database.execute("SELECT ended FROM bulk_ends WHERE bulk_end_id = %s", [order[-36:]]).fetchone()[0]
        told = "SELECT count(*) FROM audit_events WHERE event_id = (SELECT event_id FROM bulk_ends WHERE bulk_end_id = %s)"
        events = database.execute(told, [order[-36:]]).fetchone()[0]
        told = "SELECT count(*) FROM audit_events WHERE kind = 'session.ended' AND at >= %s"
        others = database.execute(told, [since]).fetchone()[0]
    steps = len(set(seen))
    met = ended == found and events == 1 and others == 0
    print(f"- bulk end ({FILTER}): {ended:,} sessions in {took:.0f} s, {ended / took:,.0f}/s; its preview took {previewed:.0f} ms")
    print(f"- {steps} steps of progress seen on its page; the longest open transaction was {watch.most:.0f} ms old")
    print(f"- {'met' if met else 'MISSED'}: all that were counted ended, with one event on the record")
    return met
