"""What the tests share: a Latchkey for each class, with somebody who may end sign-ins."""

import http.client
import json
import os
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.test import TestCase
from latchkey_follower.django import conf

from tests.case import claims
from tests.latchkey import PASSWORD, URL, Latchkey

#: What is guaranteed: seconds from the acknowledgement of an end to the last request that passes.
BOUND = 2.0
#: Nothing takes that long; where it does, the test has failed.
PATIENCE = 30.0


class FollowerCase(TestCase):
    """A Latchkey that goes on from test to test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.latchkey = Latchkey()
        cls.addClassCleanup(cls.latchkey.close)
        cls.user_id = cls.latchkey.create_user("alice")
        cls.latchkey.command("user", "create", "root", "--role", "administrator", text=PASSWORD + "\n")
        cls.start()

    @classmethod
    def start(cls, **settings):
        """Starts the server, or starts it again."""
        settings = {"follower_tokens": os.environ["FOLLOWER_TOKEN"], "rate_limit": "off", **settings}
        cls.latchkey.restart(**settings)
        # Keys are made right after the first start, and a build for tests is slow at that.
        cls.latchkey.get("/.well-known/jwks.json")

    def setUp(self):
        """Each test begins like a process that was just started."""
        self.start_django()

    def start_django(self):
        """The follower is made at the first check."""
        conf.follower.cache_clear()
        conf.verifier.cache_clear()
        self.addCleanup(conf.follower().close)

    def sign_in(self, name="alice"):
        """An access token."""
        return self.latchkey.sign_in(name)["access"]

    def end_family(self, access):
        """Has an administrator end a sign-in. Returns when the answer was there."""
        call(f"/api/admin/families/{claims(access)['sid']}/revoke", self.sign_in("root"))
        return time.monotonic()

    def get(self, view, access):
        """Asks the Django project."""
        return self.client.get(view, headers={"authorization": f"Bearer {access}"})

    def pause(self):
        """Stops the server in mid-air, for this test at most. Returns when."""
        self.addCleanup(self.resume)
        process = self.latchkey.process_id()
        os.kill(process, signal.SIGSTOP)
        # Each thread stops when it is its turn, and answers until then.
        while not all(is_stopped(task) for task in Path(f"/proc/{process}/task").iterdir()):
            os.sched_yield()
        return time.monotonic()

    def resume(self):
        """Lets it go on."""
        os.kill(self.latchkey.process_id(), signal.SIGCONT)


def is_stopped(task):
    """Whether a thread stands still, by its folder in /proc."""
    # Behind the name in parentheses, which may hold anything.
    state = (task / "stat").read_text().rpartition(")")[2].split()[0]
    return state in ("T", "t")


def call(path, access, method="POST"):
    """Asks Latchkey itself."""
    connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=30)
    try:
        connection.request(method, path, headers={"Authorization": f"Bearer {access}"})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200:
        raise AssertionError(f"{path} answered {answer.status}: {text}")
    return json.loads(text)


def until(status, ask):
    """Asks again and again until the answer has this status. Returns it with when the last request was sent that had
    another one, and with the statuses that came before."""
    begun = time.monotonic()
    sent, before = begun, []
    while True:
        now = time.monotonic()
        answer = ask()
        if answer == status:
            return sent, before
        if now - begun > PATIENCE:
            raise AssertionError(f"after {PATIENCE} seconds it still answers {answer}")
        sent = now
        before.append(answer)
