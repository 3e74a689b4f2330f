"""What is accepted, and for how long."""

from django.contrib.auth import get_user_model

from .case import ResourceServerCase, claims, header
from .latchkey import ALGORITHM


class Accepts(ResourceServerCase):
    """Tokens of ours."""

    def setUp(self):
        super().setUp()
        self.latchkey.start()
        self.pair = self.latchkey.sign_in("alice")

    def test_a_token_lets_its_user_in(self):
        token = self.pair["access"]
        self.assertEqual((header(token)["alg"], header(token)["typ"]), (ALGORITHM, "at+jwt"))
        self.assert_accepted(token)
        self.assertEqual(self.get(token).json()["family_id"], claims(token)["sid"])

    def test_so_does_the_token_of_a_refresh(self):
        pair = self.latchkey.refresh(self.pair)
        self.assert_accepted(pair["access"])
        self.assertEqual(claims(pair["access"])["sid"], claims(self.pair["access"])["sid"])

    def test_a_project_with_users_of_its_own_makes_one_row_for_each(self):
        pair = self.latchkey.refresh(self.pair)
        rows = set()
        for token in [self.pair["access"], pair["access"]]:
            answer = self.get(token, "/local/")
            self.assertEqual(answer.status_code, 200, answer.content)
            self.assertEqual(answer.json()["user_id"], self.user_id)
            rows.add(answer.json()["row"])
        self.assertEqual(len(rows), 1)

    def test_a_user_who_is_inactive_in_the_project_is_refused_there(self):
        self.get(self.pair["access"], "/local/")
        get_user_model().objects.update(is_active=False)
        answer = self.get(self.pair["access"], "/local/")
        self.assertEqual((answer.status_code, answer.json()["code"]), (401, "user_inactive"))

    def test_it_goes_on_for_five_minutes_while_no_key_set_can_be_fetched(self):
        self.assert_accepted(self.pair["access"])
        self.latchkey.stop()
        self.pass_time(300)
        self.assert_accepted(self.pair["access"])
        self.pass_time(1)
        self.assert_refused(self.pair["access"])
        self.latchkey.start()
        self.assert_accepted(self.pair["access"])

    def test_the_token_of_an_ended_family_is_good_until_it_expires(self):
        self.latchkey.post("/api/auth/token/blacklist/", {"refresh": self.pair["refresh"]})
        # Nobody told this process. What Latchkey itself says of it is for its own tests.
        self.assert_accepted(self.pair["access"])
        lifetime = claims(self.pair["access"])["exp"] - claims(self.pair["access"])["iat"]
        self.assertLessEqual(lifetime, 15 * 60)
