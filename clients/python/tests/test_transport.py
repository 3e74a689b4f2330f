"""What is taken for an answer."""

import ssl
import unittest
from pathlib import Path

from latchkey_follower.transport import Address, Transport, TransportError

from .feed import Server

#: Those of the crate beside it: a server that is 127.0.0.1, and whoever says so.
FIXTURES = Path(__file__).parents[2] / "rust" / "tests" / "fixtures"


class Answers(unittest.TestCase):
    """Of a real server on loopback."""

    def serve(self, respond, via_name=None):
        server = Server(respond)
        self.addCleanup(server.close)
        address = Address.of(via_name or server.url, server.url if via_name else None)
        transport = Transport(address)
        self.addCleanup(transport.close)
        return transport

    def get(self, transport, limit=5.0, max_bytes=1000):
        return transport.get("/x", {"Authorization": "Bearer t"}, limit=limit, max_bytes=max_bytes)

    def test_a_connection_is_used_again(self):
        transport = self.serve(lambda *_: (200, {}, b"yes"))
        self.assertEqual(self.get(transport), b"yes")
        connection = transport._connection
        self.assertEqual(self.get(transport), b"yes")
        self.assertIs(transport._connection, connection)

    def test_unless_the_server_closes_it(self):
        transport = self.serve(lambda *_: (200, {"Connection": "close"}, b"yes"))
        for _ in range(3):
            self.assertEqual(self.get(transport), b"yes")

    def test_nothing_but_200_is_an_answer_and_no_redirect_is_followed(self):
        asked = []

        def respond(path, _):
            asked.append(path)
            return statuses.pop(0), {"Location": "/elsewhere"}, b"{}"

        statuses = [201, 204, 301, 302, 307, 308, 401, 404, 500, 503]
        transport = self.serve(respond)
        count = len(statuses)
        for _ in range(count):
            with self.assertRaises(TransportError) as caught:
                self.get(transport)
            self.assertNotIn("Bearer", str(caught.exception))
        self.assertEqual(asked, ["/x"] * count)

    def test_an_answer_has_a_bounded_size(self):
        transport = self.serve(lambda *_: (200, {}, b"x" * 1001))
        with self.assertRaises(TransportError):
            self.get(transport)
        self.assertEqual(len(self.get(transport, max_bytes=1001)), 1001)

    def test_one_that_is_cut_off_is_none(self):
        transport = self.serve(lambda *_: (200, {"Content-Length": "10", "Connection": "close"}, b"half"))
        with self.assertRaises(TransportError):
            self.get(transport, limit=0.2)

    def test_no_time_left_is_no_answer(self):
        transport = self.serve(lambda *_: (200, {}, b"yes"))
        with self.assertRaises(TransportError):
            self.get(transport, limit=0)

    def test_nobody_there(self):
        server = Server(lambda *_: (200, {}, b""))
        server.close()
        with self.assertRaises(TransportError):
            self.get(Transport(Address.of(server.url, None)))

    def test_the_host_is_that_of_the_base_url_wherever_it_is_reached(self):
        hosts = []

        def respond(_, headers):
            hosts.append(headers.get_all("Host"))
            return 200, {}, b""

        self.get(self.serve(respond, via_name="https://id.example.com"))
        self.assertEqual(hosts, [["id.example.com"]])

    def test_over_https_only_those_are_believed_whom_it_trusts(self):
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(FIXTURES / "loopback.pem", FIXTURES / "loopback.key")
        server = Server(lambda *_: (200, {}, b"over TLS"), tls=serving)
        self.addCleanup(server.close)
        trusted = ssl.create_default_context(cafile=FIXTURES / "authority.pem")
        transport = Transport(Address.of(server.url, None), trusted)
        self.addCleanup(transport.close)
        self.assertEqual(self.get(transport), b"over TLS")
        # Nobody else trusts it, and it is not who it does not say it is.
        localhost = Address.of(server.url.replace("127.0.0.1", "localhost"), None)
        for other in [Transport(Address.of(server.url, None)), Transport(localhost, trusted)]:
            with self.assertRaises(TransportError) as caught:
                self.get(other)
            self.assertIn("SSLCertVerificationError", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
