"""nginx in front of an application, with the configuration that we ship."""

from urllib.parse import urlsplit

from tests.case import claims
from tests.latchkey import URL

from .case import BOUND, FollowerCase, until
from .nginx import Application, Nginx

PAGE, API, PUBLIC = "/report", "/api/report", "/public/report"
SPOOFED = {f"X-Latchkey-{name}": "spoofed" for name in ["User", "Username", "Role", "Session", "Family"]}


class Proxied(FollowerCase):
    """Each request is asked about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.application = Application()
        cls.addClassCleanup(cls.application.close)
        cls.nginx = Nginx(urlsplit(URL).netloc, cls.application.address)
        cls.addClassCleanup(cls.nginx.close)

    def ask(self, path, access=None, **more):
        """Through nginx."""
        headers = more.pop("headers", {})
        if access is not None:
            headers = headers | {"Authorization": f"Bearer {access}"}
        return self.nginx.ask(path, headers, **more)

    def identity(self, told):
        """What the application was told of who acts."""
        return {name: value for name, value in told["headers"].items() if "latchkey" in name}

    def test_the_application_is_told_who_acts_whatever_the_client_sends(self):
        access = self.sign_in()
        expected = {
            "x-latchkey-user": self.user_id,
            "x-latchkey-username": "alice",
            "x-latchkey-role": "user",
            "x-latchkey-family": claims(access)["sid"],
        }
        for path in [PAGE, API]:
            status, _, told = self.ask(path, access, headers=SPOOFED | {"X_Latchkey_User": "spoofed"})
            self.assertEqual((status, self.identity(told)), (200, expected))

    def test_where_everybody_is_let_in_nobody_is_somebody(self):
        for access in [None, self.sign_in()]:
            status, _, told = self.ask(PUBLIC, access, headers=SPOOFED)
            self.assertEqual((status, self.identity(told)), (200, {}))

    def test_a_body_goes_to_the_application_alone(self):
        access = self.sign_in()
        body = b"x" * 200_000
        status, _, told = self.ask(API, access, method="POST", body=body)
        self.assertEqual((status, told["method"], len(told["body"])), (200, "POST", len(body)))

    def test_whoever_is_not_signed_in_is_led_to_the_sign_in_or_hears_401(self):
        for access in [None, "garbage"]:
            status, headers, _ = self.ask(PAGE, access)
            self.assertEqual((status, headers["Location"]), (302, f"/login?next={PAGE}"))
            status, headers, _ = self.ask(API, access)
            self.assertEqual(status, 401)
            self.assertEqual(len(headers.get_all("WWW-Authenticate")), 1)
            self.assertTrue(headers["WWW-Authenticate"].startswith('Bearer realm="api"'))
            self.assertEqual(headers.get_all("Cache-Control"), ["no-store"])

    def test_the_way_back_is_a_value_of_the_query(self):
        for path, back in [
            ("/a", "/a"),
            ("/a?b=1", "/a?b=1"),
            ("/a?b=1&c=2", "/a?b=1%26c=2"),
            ("/a?b=1&c=2&d=3", "/a?b=1%26c=2%26d=3"),
            ("/a?b=1&c=2&d=3&e=4", "/a?b=1%26c=2%26d=3%26e=4"),
            ("/a?b=1&c=2&d=3&e=4&f=5", "/a"),
            ("/a?b=%26notice=x", "/a"),
            ("/a?b=1+2", "/a"),
            ("/a%26b", "/"),
            ("/a&notice=x", "/"),
        ]:
            with self.subTest(path=path):
                status, headers, _ = self.ask(path)
                self.assertEqual((status, headers["Location"]), (302, f"/login?next={back}"))

    def test_of_two_tokens_neither_counts(self):
        access = self.sign_in()
        status, _, _ = self.ask(API, headers={"Authorization": ["Basic x", f"Bearer {access}"]})
        self.assertIn(status, [400, 401])

    def test_the_question_cannot_be_asked_from_outside(self):
        self.assertEqual(self.ask("/_latchkey/check", self.sign_in())[0], 404)

    def test_what_the_application_answers_stays_as_it_is(self):
        access = self.sign_in()
        for code in [401, 403, 404, 500, 503]:
            for path in [PAGE, API]:
                status, headers, told = self.ask(f"{path}/{code}", access)
                self.assertEqual((status, told["path"]), (code, f"{path}/{code}"))
                self.assertIsNone(headers["Retry-After"])

    def test_latchkey_itself_is_behind_it_too(self):
        status, _, told = self.ask("/api/me", self.sign_in(), headers={"Host": urlsplit(URL).netloc})
        self.assertEqual((status, told["username"]), (200, "alice"))

    def test_an_ended_sign_in_is_refused_within_the_bound_and_others_go_on(self):
        for path, refusal in [(API, 401), (PAGE, 302)]:
            with self.subTest(path=path):
                access, other = self.sign_in(), self.sign_in()
                self.assertEqual(self.ask(path, access)[0], 200)
                acknowledged = self.end_family(access)
                last, before = until(refusal, lambda: self.ask(path, access)[0])  # noqa: B023
                self.assertEqual(set(before) - {200}, set())
                self.assertLessEqual(last - acknowledged, BOUND)
                self.assertEqual(self.ask(path, other)[0], 200)

    def test_while_latchkey_is_silent_or_away_nobody_is_let_in(self):
        access = self.sign_in()
        self.pause()
        for path in [PAGE, API]:
            status, headers, _ = self.ask(path, access)
            self.assertEqual((status, headers["Retry-After"]), (503, "1"))
            self.assertEqual(headers.get_all("Cache-Control"), ["no-store"])
        # What is for everybody goes on.
        self.assertEqual(self.ask(PUBLIC)[0], 200)
        self.resume()
        until(200, lambda: self.ask(API, access)[0])
        self.latchkey.stop()
        self.assertEqual(self.ask(API, access)[0], 503)
        self.start()
        until(200, lambda: self.ask(API, access)[0])
