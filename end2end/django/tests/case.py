"""What the tests share: one Latchkey for each class, a Django process that was just started for each test."""

import base64
import json
from unittest import mock

from django.conf import settings
from django.test import TestCase
from jwt import PyJWKClient
from rest_framework_simplejwt.state import token_backend

from .latchkey import Latchkey


class Clock:
    """By what PyJWT reckons how long it has had the key set: in the test's hands."""

    def __init__(self):
        self.seconds = 1000.0

    def monotonic(self):
        return self.seconds


class ResourceServerCase(TestCase):
    """Drives the project with Django's own client. Where a test restarts Latchkey, its keys stay."""

    def setUp(self):
        self.clock = Clock()
        for module in ["api_jwk", "jwk_set_cache", "jwks_client"]:
            patch = mock.patch(f"jwt.{module}.time", self.clock)
            patch.start()
            self.addCleanup(patch.stop)
        self.latchkey = Latchkey()
        self.addCleanup(self.latchkey.close)
        self.user_id = self.latchkey.create_user("alice")
        self.start_django()

    def start_django(self):
        """As after a start of the process: no key is known."""
        token_backend.jwks_client = PyJWKClient(settings.SIMPLE_JWT["JWK_URL"])

    def pass_time(self, seconds):
        """So much later, as far as the Django process keeps a key set for a while."""
        self.clock.seconds += seconds

    def get(self, token, view="/stateless/", scheme="Bearer"):
        """Asks the project with a token."""
        return self.client.get(view, headers={"authorization": f"{scheme} {token}"})

    def assert_accepted(self, token):
        """The view answers, and knows whose token it is."""
        answer = self.get(token)
        self.assertEqual((answer.status_code, answer.json().get("user_id")), (200, self.user_id), answer.content)

    def assert_refused(self, token, because="Token is invalid"):
        """The answer is the one that front ends refresh at."""
        answer = self.get(token)
        self.assertEqual(answer.status_code, 401, answer.content)
        said = answer.json()
        self.assertEqual(said["code"], "token_not_valid")
        self.assertEqual([message["message"] for message in said["messages"]], [because])


def encode(part):
    """base64url as tokens have it."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def decode(part):
    """The JSON of a token's part."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def header(token):
    """What a token says of its key."""
    return decode(token.split(".")[0])


def claims(token):
    """What a token says."""
    return decode(token.split(".")[1])
