"""What is measured: Latchkey, and a stock SimpleJWT. Each on a database, with password hashes as shipped or cheap."""

import os
import subprocess
import sys
from itertools import cycle
from pathlib import Path

from client import Client
from processes import Server, free_port

HERE = Path(__file__).resolve().parent
PASSWORD = "violet otter drinks slowly"
NAMES = [f"user{number}" for number in range(5)]

# As many sign-ins as refreshes may take turns on: a family of ours is refreshed thirty times a minute at most.
FAMILIES = 400

# So many access tokens take turns.
ACCESS_TOKENS = 20

SURROUNDINGS = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY_")}


class Target:
    """A running server, with users in it."""

    def __init__(self, name, server):
        self.name = name
        self.server = server
        self._client = Client(server.port)
        self._names = cycle(NAMES)
        self._refresh_tokens = []
        self._access_tokens = []
        self._cookies = []

    def sign_in(self):
        """One sign-in, of the next user."""
        return self._client.post("/api/auth/token/", {"username": next(self._names), "password": PASSWORD})

    def refresh(self):
        """One refresh, of the family that was not refreshed for longest."""
        token = self._refresh_tokens.pop(0)
        pair = self._client.post("/api/auth/token/refresh/", {"refresh": token})
        self._refresh_tokens.append(pair["refresh"])
        return pair

    def check(self):
        """One call with a bearer token."""
        token = self._access_tokens.pop(0)
        self._access_tokens.append(token)
        self._client.get("/api/me", token)

    def check_session(self):
        """One call with a browser's session."""
        cookie = self._cookies.pop(0)
        self._cookies.append(cookie)
        self._client.get("/api/me", cookie=cookie)

    def ping(self):
        """One call without one."""
        self._client.get("/api/ping")

    def open_families(self):
        """Signs in until there are enough families."""
        self._refresh_tokens = [self.sign_in()["refresh"] for _ in range(FAMILIES)]

    def renew_access_tokens(self):
        """Tokens that outlive the next measurement."""
        self._access_tokens = [self.refresh()["access"] for _ in range(ACCESS_TOKENS)]

    def sign_browsers_in(self):
        """Sessions for the checks, once."""
        while len(self._cookies) < ACCESS_TOKENS:
            fields = {"identifier": next(self._names), "password": PASSWORD}
            self._cookies.append(self._client.sign_in(fields))

    def stop(self):
        """Stops the server."""
        self._client.close()
        self.server.stop()


def latchkey(program, site, folder, database, hashes, further=None):
    """Latchkey as shipped, on `database` (`None` for its own SQLite file), with `further` settings."""
    port = free_port()
    settings = {
        "listen": f"127.0.0.1:{port}",
        "base_url": f"http://127.0.0.1:{port}",
        "data_dir": str(folder / "data"),
        "site_dir": str(site),
        "log": "error",
    }
    if database:
        generated = subprocess.run([program, "keys", "generate"], check=True, capture_output=True, text=True)
        settings |= {"database_url": database, "master_key": generated.stdout.strip(), "migrate": "on"}
    if hashes == "cheap":
        settings |= {"password_memory": "8", "password_iterations": "1"}
    settings |= further or {}
    environment = SURROUNDINGS | {f"LATCHKEY_{name.upper()}": value for name, value in settings.items()}
    if database:
        subprocess.run([program, "migrate", "up"], env=environment, cwd=folder, check=True, capture_output=True)
    for name in NAMES:
        words = [program, "user", "create", name, "--email", f"{name}@example.com"]
        subprocess.run(
            words, env=environment, cwd=folder, check=True, capture_output=True, input=PASSWORD.encode()
        )
    return Target("Latchkey", Server([program, "serve"], environment, folder, port))


def simplejwt(folder, database, hashes):
    """The peer, under gunicorn with one worker that keeps connections open."""
    port = free_port()
    environment = SURROUNDINGS | {
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PEER_DATABASE": database or str(folder / "db.sqlite3"),
        "PEER_HASH": hashes,
        "PEER_PASSWORD": PASSWORD,
    }
    make = [sys.executable, "-m", "peer.make", *NAMES]
    subprocess.run(make, env=environment, cwd=folder, check=True)
    serve = [sys.executable, "-m", "gunicorn", "peer.wsgi", "--bind", f"127.0.0.1:{port}"]
    serve += ["--worker-class", "gthread", "--threads", "1", "--workers", "1", "--keep-alive", "75"]
    return Target("SimpleJWT", Server(serve, environment, folder, port))
