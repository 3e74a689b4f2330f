"""What is remembered, and for how long."""

import unittest

from latchkey_follower.index import SWEEP_EVERY, Index
from latchkey_follower.wire import parse

from .feed import ALICE, FAMILY, OTHER, answer, changed, ended


class Remembering(unittest.TestCase):
    """By hand, without a thread."""

    def setUp(self):
        self.index = Index()

    def apply(self, *signals, now=0.0, after_gap=False, **members):
        """Takes in an answer."""
        self.index.apply(parse(answer(*signals, **members)), now, after_gap)

    def test_nothing_is_known_at_first(self):
        self.assertIsNone(self.index.known_at)
        self.assertFalse(self.index.has_ended(FAMILY))
        self.assertEqual(self.index.mark(ALICE), 0)

    def test_an_ended_id_is_kept_for_as_long_as_it_must(self):
        self.apply(ended(), now=0)
        self.apply(now=989)
        self.assertTrue(self.index.has_ended(FAMILY))
        self.apply(now=989 + SWEEP_EVERY)
        self.assertFalse(self.index.has_ended(FAMILY))
        self.assertEqual(len(self.index), 0)

    def test_told_twice_it_is_kept_from_the_second_time_on(self):
        self.apply(ended(), now=0)
        self.apply(ended(), now=500)
        self.apply(now=1400)
        self.assertTrue(self.index.has_ended(FAMILY))
        self.apply(now=1500)
        self.assertFalse(self.index.has_ended(FAMILY))

    def test_a_reset_takes_nothing_away(self):
        self.apply(ended(), now=0)
        self.apply(ended(OTHER), now=10, after_gap=True)
        self.assertTrue(self.index.has_ended(FAMILY) and self.index.has_ended(OTHER))

    def test_a_mark_grows_with_each_change_and_never_falls(self):
        marks = [self.index.mark(ALICE)]
        self.apply(changed(OTHER), now=0)
        self.assertEqual(self.index.mark(ALICE), marks[0])
        for now, signals, members in [
            (1, [changed()], {}),
            (2, [changed()], {}),
            (3, [], {"after_gap": True}),
            (4, [changed()], {}),
        ]:
            self.apply(*signals, now=now, **members)
            self.assertGreater(self.index.mark(ALICE), marks[-1])
            marks.append(self.index.mark(ALICE))
        self.apply(now=5000)
        self.assertGreaterEqual(self.index.mark(ALICE), marks[-1])
        self.assertGreaterEqual(self.index.mark(OTHER), marks[-1])


if __name__ == "__main__":
    unittest.main()
