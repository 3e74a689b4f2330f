"""Which tokens are good."""

import base64
import hashlib
import hmac
import json
import unittest

import jwt
from cryptography.hazmat.primitives.asymmetric import ed25519

from latchkey_follower import Ended, InvalidToken, NotFresh, Verifier

from .feed import ALICE, FAMILY, OTHER, Clock, answer, ended
from .test_follower import ByHand
from .test_keys import EC, ED, RSA, key_set, public

ISSUER = "https://id.example"
NOW = 1_800_000_000


def claims(**members):
    """Those of a good token; `None` takes one away."""
    all_ = {
        "iss": ISSUER,
        "sub": ALICE,
        "aud": ISSUER,
        "exp": NOW + 900,
        "iat": NOW,
        "jti": "0.AAAAAAAAAAAAAAAAAAAAAA",
        "sid": FAMILY,
        "client_id": "latchkey",
        "token_type": "access",
        "user_id": ALICE,
    }
    return {name: value for name, value in (all_ | members).items() if value is not None}


def token(key=ED, algorithm="EdDSA", header=None, **members):
    """A token."""
    return jwt.encode(claims(**members), key, algorithm, {"kid": "ed", "typ": "at+jwt"} | (header or {}))


def encode(part):
    """base64url as tokens have it."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def maced(secret, kid):
    """A token under a secret that is none."""
    head = encode(json.dumps({"typ": "at+jwt", "alg": "HS256", "kid": kid}).encode())
    signed = f"{head}.{encode(json.dumps(claims()).encode())}"
    return f"{signed}.{encode(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


class Verifying(unittest.TestCase):
    """Without a server: the follower was told what it knows."""

    def setUp(self):
        self.clock, self.unix = Clock(), Clock(NOW)
        self.follower = ByHand(self.clock, answer(), answer(ended()))
        self.follower.key_set = key_set(public(ED, "ed"), public(EC, "ec"), public(RSA, "rsa"))
        self.follower.once()
        self.verifier = Verifier(self.follower, clock=self.unix)

    def assert_refused(self, text, message="Token is invalid"):
        with self.assertRaises(InvalidToken, msg=text) as caught:
            self.verifier.verify(text)
        self.assertEqual(str(caught.exception), message)

    def test_who_acts(self):
        for key, algorithm, kid in [(ED, "EdDSA", "ed"), (EC, "ES256", "ec"), (RSA, "RS256", "rsa")]:
            principal = self.verifier.verify(token(key, algorithm, {"kid": kid}))
            self.assertEqual((principal.user_id, principal.sid, principal.client_id), (ALICE, FAMILY, "latchkey"))
            self.assertEqual((principal.issued_at, principal.expires_at), (NOW, NOW + 900))

    def test_claims(self):
        for wrong in [
            {"iss": "https://other.example"},
            {"aud": "https://other.example"},
            {"aud": []},
            {"sub": OTHER},
            {"user_id": OTHER},
            {"sub": "x", "user_id": "x"},
            {"sid": "x"},
            {"sid": FAMILY.upper()},
            {"sid": 7},
            {"iat": NOW + 31},
            {"nbf": NOW + 31},
            {"client_id": ""},
            *({name: None} for name in claims() if name != "token_type"),
        ]:
            with self.subTest(wrong=wrong):
                self.assert_refused(token(**wrong))
        for kind in [None, "refresh", 1]:
            self.assert_refused(token(token_type=kind), "Token has wrong type")
        self.verifier.verify(token(iat=NOW + 30, aud=["https://other.example", ISSUER]))

    def test_its_time_is_over_to_the_second(self):
        text = token()
        self.unix.advance(899.9)
        self.verifier.verify(text)
        self.unix.advance(0.1)
        self.assert_refused(text, "Token is expired")

    def test_headers(self):
        for header in [
            {"typ": "JWT"},
            {"typ": None},
            {"kid": "another"},
            {"jku": "https://evil.example/keys"},
            {"jwk": public(ED, "ed")},
            {"crit": ["exp"], "exp": 1},
            {"x5u": "https://evil.example"},
        ]:
            with self.subTest(header=header):
                self.clock.advance(1)
                self.follower._running().index.known_at = self.clock()
                self.assert_refused(token(header=header))

    def test_the_key_decides_the_algorithm(self):
        for secret in [b"", json.dumps(public(RSA, "rsa")).encode()]:
            self.assert_refused(maced(secret, "rsa"))
        self.assert_refused(token("", "none", {"kid": "ed"}))
        self.assert_refused(token(RSA, "PS256", {"kid": "rsa"}))
        self.assert_refused(token(RSA, "RS512", {"kid": "rsa"}))
        self.assert_refused(token(EC, "ES256", {"kid": "ed"}))
        self.assert_refused(token(ed25519.Ed25519PrivateKey.generate()))

    def test_what_is_no_token(self):
        text = token()
        head, body, signature = text.split(".")
        other = encode(json.dumps(claims(user_id=OTHER, sub=OTHER)).encode())
        for wrong in ["", "x", "..", f"{head}.{body}", f"{head}.{body}.", f"{text}.x", "ü.ü.ü", "lkr_abc", "x" * 5000]:
            self.assert_refused(wrong)
        for wrong in [f"{head}.{other}.{signature}", f"{head}=.{body}.{signature}", f" {text}", f"{text}\n"]:
            self.assert_refused(wrong)
        self.assert_refused("a" * 4000 + text)

    def test_an_ended_family(self):
        text = token()
        self.verifier.verify(text)
        self.follower.once()
        with self.assertRaises(Ended):
            self.verifier.verify(text)
        self.verifier.verify(token(sid=OTHER))

    def test_nobody_can_know(self):
        self.verifier.verify(token())
        self.clock.advance(2.1)
        with self.assertRaises(NotFresh):
            self.verifier.verify(token())

    def test_a_key_that_is_killed_while_a_check_waits_for_what_is_fresh(self):
        self.verifier.verify(token())
        self.clock.advance(5)
        checked = self.follower.check

        def check(sid, user_id):
            self.follower.key_set = key_set(public(EC, "ec"))
            self.follower.transport.answers[:] = [answer({"kind": "keys_changed"})]
            self.follower.once()
            return checked(sid, user_id)

        self.follower.check = check
        with self.assertRaises(Ended):
            self.verifier.verify(token())


if __name__ == "__main__":
    unittest.main()
