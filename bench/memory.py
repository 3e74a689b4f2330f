"""Measures what a million revocations inside one access lifetime cost in memory.

They are written into the table of signals before the server starts, so that it reads all of them, and its resident
memory is compared with that of the same server without them. Ends with failure where it is more than the limit.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

from processes import Server, free_port

LIMIT = 128 * 1024 * 1024


def resident(pid):
    """Bytes of resident memory, now and at the most so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = {line.split(":")[0]: line.split(":")[1] for line in lines}
    return [int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")]


def is_ready(port):
    """Whether the server says so."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60) as answer:
            return answer.status == 200
    except OSError:
        return False


def measure(program, site, folder, revocations):
    """Resident memory of a server that starts on so many revocations, and how long it took to be ready."""
    port = free_port()
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY_")}
    environment = surroundings | {
        "LATCHKEY_LISTEN": f"127.0.0.1:{port}",
        "LATCHKEY_DATA_DIR": str(folder / "data"),
        "LATCHKEY_SITE_DIR": str(site),
        "LATCHKEY_LOG": "error",
    }
    subprocess.run([program, "migrate", "up"], env=environment, cwd=folder, check=True, capture_output=True)
    with sqlite3.connect(folder / "data" / "latchkey.db") as database:
        now = int(time.time() * 1000)
        rows = ((uuid.uuid4().bytes, uuid.uuid4().bytes, now) for _ in range(revocations))
        database.executemany(
            "INSERT INTO signals (kind, user_id, session_id, at) VALUES ('session_ended', ?, ?, ?)", rows
        )
    database.close()
    begun = time.monotonic()
    server = Server([program, "serve"], environment, folder, port)
    try:
        while not is_ready(port):
            time.sleep(0.05)
        ready = time.monotonic() - begun
        return *resident(server.pid), ready
    finally:
        server.stop()


def main():
    """Both, and the difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True, help="the release-built latchkey")
    parser.add_argument("--site", type=Path, required=True, help="its site folder")
    parser.add_argument("--revocations", type=int, default=1_000_000)
    options = parser.parse_args()
    figures = []
    for revocations in [0, options.revocations]:
        with tempfile.TemporaryDirectory(prefix="latchkey-bench-") as name:
            now, most, ready = measure(options.program.resolve(), options.site.resolve(), Path(name), revocations)
        figures.append(most)
        print(
            f"{revocations:>9,} revocations: {now / 2**20:.1f} MiB resident, {most / 2**20:.1f} MiB at the most, "
            f"ready after {ready:.1f} s"
        )
    cost = figures[1] - figures[0]
    is_met = cost < LIMIT
    print(f"{'met' if is_met else 'MISSED'}: {cost / 2**20:.1f} MiB for them, of {LIMIT / 2**20:.0f} MiB")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
