"""A feed for edge cases: it says what a test wants said."""

import http.server
import json
import threading
import uuid

TOKEN = "a-follower-token-of-32-characters"
ALICE = str(uuid.UUID(int=0xA11CE))
FAMILY = str(uuid.UUID(int=0xFA311))
OTHER = str(uuid.UUID(int=0x07E4))


class Clock:
    """Stands still until the test moves it."""

    def __init__(self, seconds=1000.0):
        self.seconds = seconds

    def __call__(self):
        return self.seconds

    def advance(self, seconds):
        """So much later."""
        self.seconds += seconds


def answer(*signals, **members):
    """What `GET /api/signals` answers."""
    told = {"signals": list(signals), "next": "c1", "reset": False, "more": False}
    told |= {"age_ms": 0, "held_ms": 0, "remember_s": 990}
    return json.dumps(told | members).encode()


def ended(family_id=FAMILY, user_id=ALICE):
    """A signal."""
    return {"kind": "family_ended", "family_id": family_id, "user_id": user_id}


def changed(user_id=ALICE):
    """Another one."""
    return {"kind": "user_changed", "user_id": user_id}


class FakeTransport:
    """Answers in the order given, and keeps what it was asked. What is an exception is raised, what is a function is
    called first: something happens while the request is on its way."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def get(self, path, headers, *, limit, max_bytes):
        """As `Transport.get`."""
        self.asked.append(path)
        said = self.answers.pop(0)
        if callable(said):
            said = said()
        if isinstance(said, Exception):
            raise said
        return said

    def close(self):
        """Nothing is open."""


class Server:
    """A real one on loopback, which answers by a function of the path: `(status, headers, body)`."""

    def __init__(self, respond, tls=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            """One request after the other."""

            protocol_version = "HTTP/1.1"

            def do_GET(self):
                """Asks the function."""
                status, headers, body = respond(self.path, self.headers)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                """Is silent."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        """Answers nobody any more."""
        self._server.shutdown()
        self._server.server_close()
