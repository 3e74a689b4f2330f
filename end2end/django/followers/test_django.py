"""A Django project that follows: by the authentication class and by the middleware."""

import time
from unittest import mock

from tests.case import claims, header

from .case import BOUND, FollowerCase, until

VIEWS = ["/stateless/", "/plain/", "/local/"]


class Refuses(FollowerCase):
    """What was ended is refused in time, and everything while nobody can know."""

    def assert_refused(self, answer, because="Token is invalid"):
        """The answer is the one that front ends refresh at."""
        self.assertEqual(answer.status_code, 401, answer.content)
        said = answer.json()
        self.assertEqual(said["code"], "token_not_valid")
        self.assertEqual([message["message"] for message in said["messages"]], [because])
        self.assertTrue(answer.headers["WWW-Authenticate"].startswith('Bearer realm="api"'))

    def assert_unavailable(self, answer):
        """Neither yes nor no."""
        self.assertEqual(answer.status_code, 503, answer.content)
        self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertEqual(answer.json()["detail"], "Service temporarily unavailable, try again later.")

    def test_a_token_lets_its_user_in(self):
        access = self.sign_in()
        for view in VIEWS:
            answer = self.get(view, access)
            self.assertEqual((answer.status_code, answer.json()["user_id"]), (200, self.user_id), answer.content)
        self.assertEqual(self.get("/plain/", access).json()["family_id"], claims(access)["sid"])

    def test_without_one_nobody_is_let_in_but_where_everybody_is(self):
        for view in VIEWS:
            for headers in [{}, {"authorization": "Basic x"}]:
                answer = self.client.get(view, headers=headers)
                self.assertEqual(answer.status_code, 401)
                self.assertEqual(answer.headers["WWW-Authenticate"], 'Bearer realm="api"')
        self.assertEqual(self.client.get("/everybody/").status_code, 200)

    def test_what_is_no_token_of_ours(self):
        access = self.sign_in()
        head, body, signature = access.split(".")
        swapped = ("B" if signature[0] != "B" else "C") + signature[1:]
        for wrong in ["x", "..", f"{head}.{body}.", f"{head}.{body}.{swapped}", "x" * 5000]:
            for view in VIEWS:
                self.assert_refused(self.get(view, wrong))
        self.assert_refused(self.get("/plain/", self.latchkey.sign_in("alice")["refresh"]))

    def test_an_ended_sign_in_is_refused_within_the_bound_and_others_go_on(self):
        for view in VIEWS:
            with self.subTest(view=view):
                access, other = self.sign_in(), self.sign_in()
                self.assertEqual(self.get(view, access).status_code, 200)
                acknowledged = self.end_family(access)
                last, before = until(401, lambda: self.get(view, access).status_code)  # noqa: B023
                self.assertEqual(set(before) - {200}, set())
                self.assertLessEqual(last - acknowledged, BOUND)
                self.assert_refused(self.get(view, access))
                self.assertEqual(self.get(view, other).status_code, 200)

    def test_so_it_is_by_a_process_that_was_not_there_when_it_ended(self):
        access = self.sign_in()
        self.end_family(access)
        self.start_django()
        self.assert_refused(self.get("/plain/", access))

    def test_a_sign_out_counts_as_an_end(self):
        pair = self.latchkey.sign_in("alice")
        self.assertEqual(self.get("/plain/", pair["access"]).status_code, 200)
        self.latchkey.post("/api/auth/token/blacklist/", {"refresh": pair["refresh"]})
        acknowledged = time.monotonic()
        last, _ = until(401, lambda: self.get("/plain/", pair["access"]).status_code)
        self.assertLessEqual(last - acknowledged, BOUND)

    def test_while_the_server_is_silent_nobody_is_let_in_and_then_everybody_again(self):
        access, ended = self.sign_in(), self.sign_in()
        self.assertEqual(self.get("/plain/", access).status_code, 200)
        self.end_family(ended)
        until(401, lambda: self.get("/plain/", ended).status_code)
        paused = self.pause()
        last, before = until(503, lambda: self.get("/plain/", access).status_code)
        self.assertEqual(set(before) - {200}, set())
        self.assertLessEqual(last - paused, BOUND)
        for view in VIEWS:
            self.assert_unavailable(self.get(view, access))
        # What is known to have ended is refused without asking.
        self.assert_refused(self.get("/plain/", ended))
        self.resume()
        _, before = until(200, lambda: self.get("/plain/", access).status_code)
        self.assertEqual(set(before) - {503}, set())
        self.assert_refused(self.get("/plain/", ended))

    def test_an_end_during_the_silence_is_known_when_it_is_over(self):
        access = self.sign_in()
        self.assertEqual(self.get("/plain/", access).status_code, 200)
        self.latchkey.stop()
        until(503, lambda: self.get("/plain/", access).status_code)
        # By the command line, while no server runs.
        self.latchkey.command("family", "revoke", claims(access)["sid"])
        self.start()
        _, before = until(401, lambda: self.get("/plain/", access).status_code)
        self.assertEqual(set(before) - {503}, set())

    def test_the_token_of_a_killed_key_is_refused_and_the_next_key_is_known(self):
        before = self.sign_in()
        for view in VIEWS:
            self.assertEqual(self.get(view, before).status_code, 200)
        self.latchkey.command("keys", "kill", header(before)["kid"])
        killed = time.monotonic()
        for view in VIEWS:
            until(401, lambda: self.get(view, before).status_code)  # noqa: B023
        self.assertLessEqual(time.monotonic() - killed, 2 * BOUND)
        _, statuses = until(200, lambda: self.get("/plain/", self.sign_in()).status_code)
        self.assertEqual(set(statuses) - {401, 503}, set())
        after = self.sign_in()
        self.assertNotEqual(header(after)["kid"], header(before)["kid"])
        for view in VIEWS:
            self.assertEqual(self.get(view, after).status_code, 200)

    def test_a_wrong_follower_token_lets_nobody_in(self):
        access = self.sign_in()
        with mock.patch.dict("django.conf.settings.LATCHKEY", {"FOLLOWER_TOKEN": "x" * 40}):
            self.start_django()
            with self.assertLogs("latchkey_follower", "WARNING") as logs:
                self.assert_unavailable(self.get("/plain/", access))
        self.assertIn("401", logs.output[0])
