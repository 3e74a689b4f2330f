"""What is refused."""

import hashlib
import hmac
import json

import jwt
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from .case import ResourceServerCase, claims, encode, header
from .latchkey import ALGORITHM, URL

OTHER_ALGORITHM = {"EdDSA": "RS256", "RS256": "EdDSA"}[ALGORITHM]


class Refuses(ResourceServerCase):
    """Tokens that are not ours, not for this project, or not good any more."""

    def signed_in(self, **settings):
        """A token of a server with these settings."""
        self.latchkey.start(**settings)
        return self.latchkey.sign_in("alice")["access"]

    def test_who_sends_no_token_is_not_authenticated(self):
        token = self.signed_in()
        for answer in [self.client.get("/stateless/"), self.get(token, scheme="Basic")]:
            self.assertEqual(answer.status_code, 401)
            self.assertEqual(answer.headers["WWW-Authenticate"], 'Bearer realm="api"')

    def test_a_tampered_token(self):
        token = self.signed_in()
        parts = token.split(".")
        for index, part in enumerate(parts):
            middle = len(part) // 2
            other = "A" if part[middle] != "A" else "B"
            tampered = parts.copy()
            tampered[index] = part[:middle] + other + part[middle + 1 :]
            self.assert_refused(".".join(tampered))
        self.assert_refused(".".join(parts[:2]))
        self.assert_refused(f"{parts[0]}.{parts[1]}.")
        self.assert_accepted(token)

    def test_the_claims_of_somebody_else_under_our_signature(self):
        head, body, signature = self.signed_in().split(".")
        other = self.latchkey.create_user("mallory")
        forged = json.dumps(claims(f"{head}.{body}.{signature}") | {"user_id": other, "sub": other})
        self.assert_refused(f"{head}.{encode(forged.encode())}.{signature}")

    def test_our_claims_under_a_key_of_somebody_else(self):
        token = self.signed_in()
        key = {
            "EdDSA": ed25519.Ed25519PrivateKey.generate,
            "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
        }[ALGORITHM]()
        for kid in [header(token)["kid"], "another"]:
            forged = jwt.encode(claims(token), key, ALGORITHM, headers={"kid": kid, "typ": "at+jwt"})
            self.assert_refused(forged)

    def test_our_claims_without_a_signature_or_with_the_public_key_as_a_secret(self):
        token = self.signed_in()
        body = token.split(".")[1]
        kid = header(token)["kid"]
        unsigned = encode(json.dumps({"alg": "none", "kid": kid}).encode())
        self.assert_refused(f"{unsigned}.{body}.")
        head = encode(json.dumps({"alg": "HS256", "kid": kid}).encode())
        for secret in self.public_keys():
            mac = hmac.digest(secret, f"{head}.{body}".encode(), hashlib.sha256)
            self.assert_refused(f"{head}.{body}.{encode(mac)}")

    def public_keys(self):
        """What an attacker can read of our keys, as the bytes that a careless verifier might take for a secret."""
        key_set = jwt.PyJWKClient(f"{URL}/.well-known/jwks.json").fetch_data()
        return [json.dumps(key).encode() for key in key_set["keys"]] + [b""]

    def test_a_refresh_token(self):
        self.latchkey.start()
        pair = self.latchkey.sign_in("alice")
        self.assert_refused(pair["refresh"])
        self.assert_refused(self.latchkey.refresh(pair)["refresh"])

    def test_a_token_for_another_audience(self):
        token = self.signed_in(access_audience="https://other.example")
        self.assertEqual((claims(token)["iss"], claims(token)["aud"]), (URL, "https://other.example"))
        self.assert_refused(token)

    def test_a_token_of_another_issuer(self):
        host = URL.removeprefix("http://").replace("127.0.0.1", "localhost")
        self.latchkey.start(base_url=f"http://{host}", access_audience=URL)
        token = self.latchkey.sign_in("alice", host)["access"]
        self.assertEqual((claims(token)["iss"], claims(token)["aud"]), (f"http://{host}", URL))
        # Its key set answers under its own name only: it is fetched from the issuer that the project trusts.
        self.latchkey.restart()
        self.assert_refused(token)

    def test_a_token_of_another_algorithm_although_its_key_is_in_the_set(self):
        token = self.signed_in(access_algorithm=OTHER_ALGORITHM)
        self.assertEqual(header(token)["alg"], OTHER_ALGORITHM)
        self.assert_refused(token)

    def test_an_expired_token(self):
        token = self.signed_in(minutes_ago=20)
        self.latchkey.restart()
        self.assert_refused(token, "Token is expired")
        self.assert_accepted(self.latchkey.sign_in("alice")["access"])
