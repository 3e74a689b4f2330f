"""When the key set is fetched, and what of it is used."""

import json
import unittest

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from latchkey_follower import InvalidToken, NotFresh
from latchkey_follower.keys import ABSENT_FOR, MAX_ABSENT, KeySet
from latchkey_follower.transport import TransportError

from .feed import Clock


def public(key, kid, **members):
    """A key as the set has it."""
    algorithm = {
        ed25519.Ed25519PrivateKey: jwt.algorithms.OKPAlgorithm,
        ec.EllipticCurvePrivateKey: jwt.algorithms.ECAlgorithm,
        rsa.RSAPrivateKey: jwt.algorithms.RSAAlgorithm,
    }
    kind = next(of for private, of in algorithm.items() if isinstance(key, private))
    return json.loads(kind.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"} | members


def key_set(*keys):
    """The set."""
    return json.dumps({"keys": keys}).encode()


ED = ed25519.Ed25519PrivateKey.generate()
EC = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Fetching(unittest.TestCase):
    """By a clock in the test's hands."""

    def setUp(self):
        self.clock = Clock()
        self.fetched = 0
        self.body = key_set(public(ED, "a"))
        self.keys = KeySet(self.fetch, self.clock)

    def fetch(self):
        self.fetched += 1
        if isinstance(self.body, Exception):
            raise self.body
        return self.body

    def test_a_known_key_costs_no_request(self):
        for _ in range(3):
            self.assertEqual(self.keys.get("a").algorithm, "EdDSA")
            self.clock.advance(100)
        self.assertEqual(self.fetched, 1)

    def test_an_unknown_key_asks_once_a_second_at_most(self):
        with self.assertRaises(InvalidToken):
            self.keys.get("b")
        self.clock.advance(0.5)
        # Nobody knows: the set that is known is older than the question.
        for kid in ["c", "d", "c"]:
            with self.assertRaises(NotFresh):
                self.keys.get(kid)
        self.keys.get("a")
        self.assertEqual(self.fetched, 1)
        self.clock.advance(0.5)
        self.body = key_set(public(ED, "c"))
        self.keys.get("c")
        self.assertEqual(self.fetched, 2)

    def test_a_key_that_is_gone_is_no_good_and_costs_little(self):
        self.keys.get("a")
        self.body = key_set(public(ED, "b"))
        self.clock.advance(1)
        self.keys.refresh()
        for kid in ["a", "a", "never"]:
            with self.assertRaises(InvalidToken):
                self.keys.get(kid)
        self.clock.advance(ABSENT_FOR - 0.1)
        with self.assertRaises(InvalidToken):
            self.keys.get("a")
        self.assertEqual(self.fetched, 2)
        self.clock.advance(0.1)
        for kid in ["a", "never", "a"]:
            with self.assertRaises(InvalidToken):
                self.keys.get(kid)
        self.assertEqual(self.fetched, 3)

    def test_of_keys_that_nobody_has_a_bounded_number_is_remembered(self):
        for number in range(2 * MAX_ABSENT + 1):
            self.clock.advance(1)
            with self.assertRaises(InvalidToken):
                self.keys.get(f"invented {number}")
        self.assertLessEqual(len(self.keys._absent), MAX_ABSENT)

    def test_a_set_that_cannot_be_had_is_asked_for_once_a_second_as_well(self):
        for self.body in [TransportError(), b"", b"[]", b"{}", b'{"keys": [1]}', b'{"keys": [{"kty": []}]}']:
            with self.assertRaises(NotFresh, msg=self.body):
                self.keys.get("a")
            with self.assertRaises(NotFresh):
                self.keys.get("a")
            self.clock.advance(1)
        self.assertEqual(self.fetched, 6)

    def test_a_refresh_waits_for_the_second_to_pass(self):
        self.keys.get("a")
        self.clock.advance(0.25)
        self.assertEqual(self.keys.refresh(), 0.75)
        self.clock.advance(0.75)
        self.assertEqual(self.keys.refresh(), 0)
        self.assertEqual(self.fetched, 2)

    def test_a_key_that_stays_is_the_same_and_one_that_changed_is_not(self):
        before = self.keys.get("a")
        self.clock.advance(1)
        self.keys.refresh()
        self.assertIs(self.keys.find("a"), before)
        self.body = key_set(public(ed25519.Ed25519PrivateKey.generate(), "a"))
        self.clock.advance(1)
        self.keys.refresh()
        self.assertIsNot(self.keys.find("a"), before)

    def test_each_key_is_good_for_one_algorithm(self):
        self.body = key_set(public(ED, "ed"), public(EC, "ec"), public(RSA, "rsa", alg="RS256"))
        found = [self.keys.get(kid).algorithm for kid in ["ed", "ec", "rsa"]]
        self.assertEqual(found, ["EdDSA", "ES256", "RS256"])

    def test_other_keys_are_passed_over(self):
        others = [
            public(RSA, "1", alg="RS512"),
            public(RSA, "2", alg="PS256"),
            public(ED, "3", use="enc"),
            public(ec.generate_private_key(ec.SECP384R1()), "4"),
            {"kty": "oct", "k": "c2VjcmV0", "kid": "5"},
            public(ED, 6),
        ]
        self.body = key_set(public(ED, "a"), *others)
        self.keys.get("a")
        self.assertEqual([kid for kid in ["a", "1", "2", "3", "4", "5"] if self.keys.find(kid)], ["a"])


if __name__ == "__main__":
    unittest.main()
