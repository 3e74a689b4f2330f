"""A client that costs little: one connection that is kept, bytes out, bytes in."""

import json
import socket
from urllib.parse import urlencode

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Client:
    """Sends one request after the other."""

    def __init__(self, port):
        self._port = port
        self._socket = None
        self._head = f"Host: 127.0.0.1:{port}\r\nUser-Agent: {AGENT}\r\nAccept: application/json\r\n"

    def get(self, path, token=None, cookie=None):
        """Asks for `path`, with a bearer token or a cookie where one is given."""
        proof = f"Authorization: Bearer {token}\r\n" if token else ""
        proof += f"Cookie: {cookie}\r\n" if cookie else ""
        return self._send(f"GET {path} HTTP/1.1\r\n{self._head}{proof}\r\n".encode())

    def sign_in(self, fields):
        """Signs in by the page's form and returns the session's cookie."""
        headers, body = self.submit("/login", fields)
        for name, value in headers:
            if name == "set-cookie" and value.startswith("latchkey="):
                return value.partition(";")[0]
        raise AssertionError(f"no session: {headers!r} {body[:300]!r}")

    def submit(self, path, fields, cookie=None):
        """Sends a page's form as a browser does; the headers of the answer, their names in lower case, and its body."""
        text = urlencode(fields)
        proof = f"Cookie: {cookie}\r\n" if cookie else ""
        head = (
            f"POST {path} HTTP/1.1\r\n{self._head}{proof}Sec-Fetch-Site: same-origin\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(text)}"
        )
        answer, body = self._exchange(f"{head}\r\n\r\n{text}".encode())
        lines = [line.partition(":") for line in answer.decode().split("\r\n")[1:]]
        return [(name.lower(), value.strip()) for name, _, value in lines], body

    def post(self, path, body):
        """Posts JSON and returns what came back as JSON."""
        text = json.dumps(body)
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: application/json\r\nContent-Length: {len(text)}"
        return json.loads(self._send(f"{head}\r\n\r\n{text}".encode()))

    def status_of_post(self, path, body):
        """Posts JSON and returns the status of the answer, whatever it is."""
        text = json.dumps(body)
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: application/json\r\nContent-Length: {len(text)}"
        head, _ = self._exchange(f"{head}\r\n\r\n{text}".encode())
        return int(head.split(b" ", 2)[1])

    def close(self):
        """Gives the connection up."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _send(self, request):
        try:
            answer = self._exchange(request)
        except ConnectionError:
            # The server gave up a connection that was idle.
            self.close()
            answer = self._exchange(request)
        head, body = answer
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(f"{request[:60]!r} was answered {head[:60]!r} {body[:300]!r}")
        return body

    def _exchange(self, request):
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._receive()
        head = answer[:end]
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        while len(answer) < end + 4 + length:
            answer += self._receive()
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return head, answer[end + 4 :]

    def _receive(self):
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data
