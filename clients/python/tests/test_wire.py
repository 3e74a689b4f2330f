"""Reading answers."""

import json
import unittest

from latchkey_follower.wire import REMEMBER_AT_LEAST, REMEMBER_AT_MOST, Malformed, parse

from .feed import ALICE, FAMILY, OTHER, answer, changed, ended


class Reading(unittest.TestCase):
    """What is understood, and what is none."""

    def test_every_kind(self):
        session = {"kind": "session_ended", "session_id": OTHER, "user_id": ALICE}
        body = answer(session, ended(), changed(), {"kind": "keys_changed"}, age_ms=12, held_ms=480, more=True)
        told = parse(body)
        self.assertEqual((told.ended, told.changed_users, told.keys_changed), ([OTHER, FAMILY], [ALICE], True))
        self.assertEqual((told.age, told.held, told.more, told.reset, told.cursor), (0.012, 0.48, True, False, "c1"))
        self.assertEqual(told.remember, 990)

    def test_ids_have_one_spelling(self):
        self.assertEqual(parse(answer(ended(FAMILY.upper()))).ended, [FAMILY])

    def test_kinds_of_a_later_release_are_passed_over(self):
        self.assertEqual(parse(answer({"kind": "client_changed", "client_id": "x"}, ended())).ended, [FAMILY])

    def test_what_is_kept_is_kept_long_enough_and_not_for_ever(self):
        self.assertEqual(parse(answer(remember_s=0)).remember, REMEMBER_AT_LEAST)
        self.assertEqual(parse(answer(remember_s=1e12)).remember, REMEMBER_AT_MOST)

    def test_what_is_not_understood_is_no_answer(self):
        for body in [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"signals": 1}']:
            with self.assertRaises(Malformed, msg=body[:20]):
                parse(body)
        whole = json.loads(answer(ended()))
        for name in whole:
            with self.assertRaises(Malformed, msg=name):
                parse(json.dumps({key: value for key, value in whole.items() if key != name}).encode())
        wrong = {
            "signals": ["x", [1], [{}], [{"kind": "family_ended"}], [ended("x")], [ended(7)], [{"kind": 1}]],
            "next": ["", None, 1, "x" * 2000],
            "reset": [0, None, "false"],
            "more": [1, None],
            "age_ms": [-1, "0", None, True, float("nan"), float("inf")],
            "held_ms": [-1, "0", None],
            "remember_s": [-1, "0", None, float("nan")],
        }
        for name, values in wrong.items():
            for value in values:
                with self.assertRaises(Malformed, msg=f"{name}: {value!r}"):
                    parse(answer(**{name: value}))


if __name__ == "__main__":
    unittest.main()
