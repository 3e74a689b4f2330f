"""Asking Latchkey over HTTP: one request at a time on a connection that stays open, answers of bounded size, and no
redirect followed: the token goes where it was meant to go and nowhere else."""

import http.client
import ssl
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

#: Seconds in which a connection must stand.
CONNECT_LIMIT = 1.0


class TransportError(Exception):
    """No usable answer came."""


@dataclass(frozen=True)
class Address:
    """Where Latchkey is reached, and by which name it knows itself."""

    scheme: str
    host: str
    port: int
    #: The `Host` header: that of the base URL, or Latchkey takes the request for somebody else's.
    name: str

    @classmethod
    def of(cls, base_url: str, via: str | None) -> "Address":
        """Raises `ValueError` for what is no plain http or https address without a path."""
        base, reached = _split(base_url), _split(via or base_url)
        port = reached.port or {"http": 80, "https": 443}[reached.scheme]
        return cls(reached.scheme, reached.hostname or "", port, base.netloc)


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    beyond = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or beyond:
        raise ValueError(f"not an address such as https://id.example.com: {url!r}")
    return parts


class Transport:
    """A connection to one address. Not for two threads at once."""

    def __init__(self, address: Address, tls: ssl.SSLContext | None = None) -> None:
        self._address = address
        self._tls = tls
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str, headers: dict[str, str], *, limit: float, max_bytes: int) -> bytes:
        """The body of a 200. `limit` is in seconds, for everything after the connection stands.

        Raises `TransportError`, and then has closed the connection.
        """
        try:
            return self._get(path, headers, limit, max_bytes)
        except TransportError:
            self.close()
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise TransportError(f"{type(error).__name__}: {error}") from error

    def _get(self, path: str, headers: dict[str, str], limit: float, max_bytes: int) -> bytes:
        connection = self._connection or self._connect()
        deadline = time.monotonic() + limit
        sent = {"Host": self._address.name, "Accept": "application/json", "Accept-Encoding": "identity", **headers}
        _set_limit(connection, deadline)
        connection.request("GET", path, headers=sent)
        _set_limit(connection, deadline)
        response = connection.getresponse()
        body = bytearray()
        while True:
            _set_limit(connection, deadline)
            part = response.read1(65536)
            if not part:
                break
            body += part
            if len(body) > max_bytes:
                raise TransportError(f"an answer of more than {max_bytes} bytes")
        if response.status != 200:
            raise TransportError(f"{path.partition('?')[0]} answered {response.status}")
        if response.length:
            raise TransportError("an answer that was cut off")
        will_close = response.will_close
        # Read to its end; older Pythons do not notice that by themselves, and the connection would stay taken.
        response.close()
        if will_close:
            self.close()
        return bytes(body)

    def _connect(self) -> http.client.HTTPConnection:
        address = self._address
        if address.scheme == "https":
            tls = self._tls or ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                address.host, address.port, timeout=CONNECT_LIMIT, context=tls
            )
        else:
            connection = http.client.HTTPConnection(address.host, address.port, timeout=CONNECT_LIMIT)
        connection.connect()
        self._connection = connection
        return connection

    def close(self) -> None:
        """Closes the connection; the next request opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _set_limit(connection: http.client.HTTPConnection, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TransportError("no answer in time")
    if connection.sock is not None:
        connection.sock.settimeout(left)
