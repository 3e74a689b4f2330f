"""The program that issues the tokens: started on a folder of its own, asked over HTTP, stopped by its process id."""

import http.client
import json
import os
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

PROGRAM = os.environ["LATCHKEY_PROGRAM_UNDER_TEST"]
URL = os.environ["ISSUER_URL"]
ALGORITHM = os.environ["TOKEN_ALGORITHM"]
PASSWORD = "violet otter drinks slowly"

# The program refuses settings that it does not know, and none of the caller's shall get in.
SURROUNDINGS = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY_")}
# Debian's library that tells a process another time, under the name of the machine's architecture.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


def clock(minutes_ago):
    """The variables of a process whose clock is behind."""
    if minutes_ago == 0:
        return {}
    if FAKETIME is None:
        raise AssertionError("faketime is not installed: `make setup` installs it")
    behind = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"-{minutes_ago}m"}
    return behind | {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Latchkey:
    """A data folder, and perhaps a server on it."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="latchkey-django-")
        self._server = None
        site = Path(self._folder.name) / "site" / "pkg"
        site.mkdir(parents=True)
        # Nobody opens a page here, but the program does not start without its stylesheet.
        (site / "latchkey.css").touch()

    def _environment(self, settings):
        folder = Path(self._folder.name)
        ours = {
            "listen": urlsplit(URL).netloc,
            "base_url": URL,
            "data_dir": str(folder / "data"),
            "site_dir": str(folder / "site"),
            "access_algorithm": ALGORITHM,
            "log": "error",
            # Hashes are made to be slow; these tests are not about how slow.
            "password_memory": "64",
            "password_iterations": "1",
            **settings,
        }
        return SURROUNDINGS | {f"LATCHKEY_{name.upper()}": value for name, value in ours.items()}

    def command(self, *words, text="", minutes_ago=0):
        """Runs one command to its end and returns what it printed; its clock may be behind."""
        done = subprocess.run(
            [PROGRAM, *words],
            env=self._environment({}) | clock(minutes_ago),
            cwd=self._folder.name,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"latchkey {words[0]}: {done.stderr}")
        return done.stdout.strip()

    def create_user(self, name):
        """Makes a user who has the PASSWORD, and returns their id."""
        return self.command("user", "create", name, text=PASSWORD + "\n")

    def start(self, minutes_ago=0, **settings):
        """Starts the server and waits until it says that it is ready; its clock may be behind."""
        self._server = subprocess.Popen(
            [PROGRAM, "serve"],
            env=self._environment(settings) | clock(minutes_ago),
            cwd=self._folder.name,
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in self._server.stdout:
            if line.startswith("Latchkey is ready at"):
                return
        server, self._server = self._server, None
        server.stdout.close()
        raise AssertionError(f"latchkey serve ended with {server.wait()} before it was ready")

    def stop(self):
        """Stops the server, which must end well."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.terminate()
        server.stdout.close()
        if (code := server.wait()) != 0:
            raise AssertionError(f"latchkey serve ended with {code}")

    def process_id(self):
        """Of the server that runs."""
        return self._server.pid

    def restart(self, **settings):
        """Stops the server and starts it with other settings. Its keys stay."""
        self.stop()
        self.start(**settings)

    def close(self):
        """Stops the server and removes the folder."""
        try:
            self.stop()
        finally:
            self._folder.cleanup()

    def get(self, path):
        """Returns the JSON that is there for everybody."""
        with urllib.request.urlopen(URL + path, timeout=30) as answer:
            return json.load(answer)

    def post(self, path, body, host=None):
        """Sends JSON and returns the answer's. `host` is the one of the base URL, where that is another one."""
        connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=30)
        headers = {"content-type": "application/json", "host": host or urlsplit(URL).netloc}
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise AssertionError(f"{path} answered {answer.status}: {text}")
        return json.loads(text)

    def sign_in(self, name, host=None):
        """A pair of tokens."""
        return self.post("/api/auth/token/", {"username": name, "password": PASSWORD}, host)

    def refresh(self, pair):
        """The pair that follows."""
        return self.post("/api/auth/token/refresh/", {"refresh": pair["refresh"]})

    def key_id(self, state, minutes_ago=0):
        """The id of the signing key of our algorithm that has this state."""
        for line in self.command("keys", "list", minutes_ago=minutes_ago).splitlines():
            words = line.split()
            if words[1:3] == [state, ALGORITHM]:
                return words[0]
        raise AssertionError(f"no key of {ALGORITHM} is {state}")
