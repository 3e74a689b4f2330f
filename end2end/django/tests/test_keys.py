"""What happens while keys are rotated and killed."""

from .case import ResourceServerCase, header


class Keys(ResourceServerCase):
    """A Django process that runs all along. It keeps the key set for five minutes, and after it has fetched the set
    it fetches none for an unknown key within the next thirty seconds: so PyJWT does where nothing else is said.
    """

    def sign_in(self):
        return self.latchkey.sign_in("alice")["access"]

    def test_a_planned_rotation_goes_unnoticed(self):
        self.latchkey.start(minutes_ago=70)
        before = self.sign_in()
        # It is published an hour before it signs.
        self.latchkey.command("keys", "rotate", "--algorithm", header(before)["alg"], minutes_ago=70)
        following = self.latchkey.key_id("next", minutes_ago=70)
        self.latchkey.restart(minutes_ago=61)
        self.assert_refused(self.sign_in(), "Token is expired")
        self.latchkey.restart()
        token = self.sign_in()
        self.assertNotEqual(header(token)["kid"], header(before)["kid"])
        self.assertEqual(header(token)["kid"], following)
        # The set was fetched before the key signed, and is not fetched again.
        self.latchkey.stop()
        self.assert_accepted(token)

    def test_a_rotation_at_once_is_noticed_for_half_a_minute(self):
        self.latchkey.start()
        before = self.sign_in()
        self.assert_accepted(before)
        self.latchkey.command("keys", "rotate", "--now")
        self.latchkey.restart()
        after = self.sign_in()
        self.assertNotEqual(header(after)["kid"], header(before)["kid"])
        self.assert_refused(after)
        self.pass_time(30)
        self.assert_accepted(after)
        # What the first key signed stays good until it expires.
        self.assert_accepted(before)

    def test_the_token_of_a_killed_key_is_refused_once_the_set_is_fetched_again(self):
        self.latchkey.start()
        before = self.sign_in()
        self.assert_accepted(before)
        self.latchkey.command("keys", "kill", header(before)["kid"])
        self.latchkey.restart()
        after = self.sign_in()
        self.assertNotEqual(header(after)["kid"], header(before)["kid"])
        # Nobody waits for five minutes where there is traffic: the first token of the new key has the set fetched.
        self.pass_time(30)
        self.assert_accepted(before)
        self.assert_accepted(after)
        self.assert_refused(before)
        self.start_django()
        self.assert_refused(before)
        self.assert_accepted(after)

    def test_without_any_new_token_it_takes_five_minutes_to_hear_of_a_killed_key(self):
        self.latchkey.start()
        before = self.sign_in()
        self.assert_accepted(before)
        self.latchkey.command("keys", "kill", header(before)["kid"])
        self.latchkey.restart()
        self.pass_time(300)
        self.assert_accepted(before)
        self.pass_time(1)
        self.assert_refused(before)
