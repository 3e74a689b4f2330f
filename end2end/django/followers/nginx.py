"""nginx with the configuration that we ship, on a free port of loopback, in front of an application that tells what it
was sent."""

import http.client
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

SHIPPED = Path(__file__).parents[3] / "deploy" / "nginx"
PROGRAM = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

# Of our own for everything that it would write somewhere in the system.
CONFIGURATION = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include latchkey.conf;
}
"""


class Application:
    """Answers every request with what it was sent; at a path that ends in a number, with that status."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            """One request after the other."""

            protocol_version = "HTTP/1.1"

            def answer(self):
                """Tells what came."""
                length = int(self.headers.get("Content-Length", 0))
                status = re.search(r"/(\d{3})$", self.path)
                told = {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "body": self.rfile.read(length).decode(),
                }
                body = json.dumps(told).encode()
                self.send_response(int(status[1]) if status else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_args):
                """Is silent."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        """Answers nobody any more."""
        self._server.shutdown()
        self._server.server_close()


class Nginx:
    """In the foreground, as a child of the tests; ended by its process id."""

    def __init__(self, latchkey, application):
        if PROGRAM is None:
            raise AssertionError("nginx is not installed: `make setup` installs it")
        self._folder = tempfile.TemporaryDirectory(prefix="latchkey-nginx-")
        folder = Path(self._folder.name)
        self.address = f"127.0.0.1:{free_port()}"
        changes = {
            "server 127.0.0.1:3000;": f"server {latchkey};",
            "server 127.0.0.1:8000;": f"server {application};",
            "listen 80;": f"listen {self.address};",
            "set $latchkey_host app.example.com;": f"set $latchkey_host {latchkey};",
        }
        for shipped in SHIPPED.glob("*.conf"):
            text = shipped.read_text()
            if shipped.name == "latchkey.conf":
                for before, after in changes.items():
                    if text.count(before) != 1:
                        raise AssertionError(f"{shipped.name}: {before} does not stand there once")
                    text = text.replace(before, after)
            (folder / shipped.name).write_text(text)
        (folder / "nginx.conf").write_text(CONFIGURATION)
        command = [PROGRAM, "-p", str(folder), "-c", "nginx.conf"]
        self._log = (folder / "log").open("w+")
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(self.address.split(":"), timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        log = self.log()
        self.close()
        raise AssertionError(f"nginx does not listen: {log}")

    def log(self):
        """What it complained of."""
        self._log.seek(0)
        return self._log.read()

    def ask(self, path, headers=None, method="GET", body=None):
        """One request: status, headers, and what the application says it was sent."""
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            headers = headers or {}
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                for one in value if isinstance(value, list) else [value]:
                    connection.putheader(name, one)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, answer.headers, json.loads(text) if text.startswith("{") else text
        finally:
            connection.close()

    def close(self):
        """Ends it."""
        self._process.terminate()
        self._process.wait()
        self._log.close()
        self._folder.cleanup()


def free_port():
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
