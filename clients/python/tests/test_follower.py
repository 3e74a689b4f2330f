"""Fresh or not, and what a check says."""

import json
import os
import threading
import unittest

from latchkey_follower import Ended, Follower, InvalidToken, NotFresh
from latchkey_follower.follower import FIRST_PAUSE, LAST_PAUSE, pause_after
from latchkey_follower.transport import TransportError
from latchkey_follower.wire import Malformed

from .feed import ALICE, FAMILY, OTHER, TOKEN, Clock, FakeTransport, Server, answer, changed, ended

NO_KEYS = json.dumps({"keys": []}).encode()


class ByHand(Follower):
    """Polls when the test says so: its thread ends at once."""

    def __init__(self, clock, *answers, **settings):
        super().__init__("https://id.example", TOKEN, clock=clock, join_limit=0, **settings)
        self.transport = FakeTransport(*answers)
        self.fetched = []
        self.key_set = NO_KEYS

    def _run(self, state):
        pass

    def _new_state(self):
        state = super()._new_state()
        state.transport = self.transport
        return state

    def _fetch_keys(self):
        self.fetched.append(self._clock())
        if isinstance(self.key_set, Exception):
            raise self.key_set
        return self.key_set

    def once(self):
        """Polls once."""
        return self.poll(self._running())


class Freshness(unittest.TestCase):
    """Computed at each check, on the follower's own clock."""

    def setUp(self):
        self.clock = Clock()

    def follower(self, *answers, **settings):
        return ByHand(self.clock, *answers, **settings)

    def assert_fresh_for(self, follower, seconds):
        self.clock.advance(seconds - 0.001)
        follower.check(FAMILY, ALICE)
        self.clock.advance(0.002)
        with self.assertRaises(NotFresh):
            follower.check(FAMILY, ALICE)

    def test_nobody_is_let_in_before_anything_is_known(self):
        with self.assertRaises(NotFresh):
            self.follower().check(FAMILY, ALICE)

    def test_what_is_known_counts_from_before_the_question_was_sent(self):
        def slow():
            self.clock.advance(0.5)
            return answer()

        follower = self.follower(slow)
        follower.once()
        self.assert_fresh_for(follower, 1.5)

    def test_but_not_the_time_that_the_server_held_it(self):
        def held():
            self.clock.advance(0.5)
            return answer(held_ms=480)

        follower = self.follower(held)
        follower.once()
        self.assert_fresh_for(follower, 2 - 0.02)

    def test_the_servers_own_age_counts(self):
        follower = self.follower(answer(age_ms=700))
        follower.once()
        self.assert_fresh_for(follower, 1.3)

    def test_a_server_cannot_make_it_fresh_in_advance(self):
        follower = self.follower(answer(held_ms=60_000))
        follower.once()
        self.assert_fresh_for(follower, 2)

    def test_another_bound(self):
        follower = self.follower(answer(), max_staleness=10)
        follower.once()
        self.assert_fresh_for(follower, 10)

    def test_pages_are_no_knowledge_until_the_last_one(self):
        follower = self.follower(answer(ended(), more=True, reset=True), answer(reset=True, next="c2"), answer())
        self.assertTrue(follower.once())
        with self.assertRaises(NotFresh):
            follower.check(OTHER, ALICE)
        with self.assertRaises(Ended):
            follower.check(FAMILY, ALICE)
        self.assertFalse(follower.once())
        follower.check(OTHER, ALICE)
        follower.once()
        self.assertEqual(
            follower.transport.asked,
            ["/api/signals?wait=0", "/api/signals?wait=0&after=c1", "/api/signals?wait=500&after=c2"],
        )

    def test_failures_teach_nothing_and_take_nothing_away(self):
        follower = self.follower(answer(ended()), TransportError(), b"{}", answer(next="c2"))
        follower.once()
        for error in [TransportError, Malformed]:
            self.clock.advance(1)
            with self.assertRaises(error):
                follower.once()
        self.clock.advance(0.5)
        with self.assertRaises(NotFresh):
            follower.check(OTHER, ALICE)
        with self.assertRaises(Ended):
            follower.check(FAMILY, ALICE)
        follower.once()
        follower.check(OTHER, ALICE)
        self.assertIn("after=c1", follower.transport.asked[-1])

    def test_a_cursor_is_opaque(self):
        follower = self.follower(answer(next="a&wait=9#/ü"), answer())
        follower.once()
        follower.once()
        self.assertTrue(follower.transport.asked[-1].endswith("after=a%26wait%3D9%23%2F%C3%BC"))

    def test_what_is_no_id_is_no_token_of_ours(self):
        for sid, user_id in [("x", ALICE), (FAMILY, ""), ("", "")]:
            with self.assertRaises(InvalidToken):
                self.follower().check(sid, user_id)

    def test_a_check_tells_when_something_about_the_user_changed(self):
        follower = self.follower(answer(), answer(changed()))
        follower.once()
        before, other = follower.check(FAMILY, ALICE), follower.check(FAMILY, OTHER)
        follower.once()
        self.assertGreater(follower.check(FAMILY, ALICE), before)
        self.assertEqual(follower.check(FAMILY, OTHER), other)


class Keys(unittest.TestCase):
    """Keys are part of what must be fresh."""

    def setUp(self):
        self.clock = Clock()

    def test_they_are_fetched_before_it_is_fresh(self):
        follower = ByHand(self.clock, answer(), answer({"kind": "keys_changed"}), answer())
        follower.once()
        self.assertEqual(follower.fetched, [])
        self.clock.advance(2)
        follower.key_set = TransportError()
        with self.assertRaises(NotFresh):
            follower.once()
        self.clock.advance(0.5)
        with self.assertRaises(NotFresh):
            follower.check(FAMILY, ALICE)
        # It stays due until it succeeds.
        self.clock.advance(0.5)
        follower.key_set = NO_KEYS
        follower.once()
        self.assertEqual(follower.fetched, [1002, 1003])
        follower.check(FAMILY, ALICE)

    def test_they_are_fetched_again_later_from_a_node_that_had_not_heard(self):
        follower = ByHand(self.clock, answer({"kind": "keys_changed"}), answer(), answer(), answer())
        for seconds in [0, 2.9, 0.2, 10]:
            self.clock.advance(seconds)
            follower.once()
        self.assertEqual(follower.fetched, [1000, 1003.1])

    def test_and_after_a_gap(self):
        pages = [answer(reset=True, more=True), answer(reset=True, more=True), answer(reset=True)]
        follower = ByHand(self.clock, *pages, answer(reset=True, more=True), answer(reset=True))
        for _ in pages:
            follower.once()
        self.assertEqual((follower.fetched, follower.check(FAMILY, ALICE)), ([], 0))
        for _ in range(2):
            follower.once()
        self.assertEqual((follower.fetched, follower.check(FAMILY, ALICE)), ([1000], 1))


class Threads(unittest.TestCase):
    """With the thread that polls, against a server."""

    def serve(self, respond):
        server = Server(respond)
        self.addCleanup(server.close)
        follower = Follower(server.url, TOKEN)
        self.addCleanup(follower.close)
        return follower

    def test_the_first_check_joins_the_first_poll(self):
        told = []

        def respond(path, headers):
            told.append((path, headers["Authorization"]))
            return 200, {}, answer(ended())

        follower = self.serve(respond)
        follower.check(OTHER, ALICE)
        with self.assertRaises(Ended):
            follower.check(FAMILY, ALICE)
        self.assertEqual(told[0], ("/api/signals?wait=0", f"Bearer {TOKEN}"))

    def test_one_thread_whoever_asks_first(self):
        begun = []

        class Counted(Follower):
            """Keeps what it began."""

            def _new_state(self):
                begun.append(super()._new_state())
                return begun[-1]

        server = Server(lambda *_: (200, {}, answer()))
        self.addCleanup(server.close)
        follower = Counted(server.url, TOKEN)
        self.addCleanup(follower.close)
        barrier = threading.Barrier(8)

        def check():
            barrier.wait()
            follower.check(FAMILY, ALICE)

        checks = [threading.Thread(target=check) for _ in range(8)]
        for thread in checks:
            thread.start()
        for thread in checks:
            thread.join()
        self.assertEqual(len(begun), 1)

    @unittest.skipUnless(hasattr(os, "fork"), "no fork here")
    def test_a_forked_process_follows_by_itself(self):
        follower = self.serve(lambda *_: (200, {}, answer(ended())))
        follower.check(OTHER, ALICE)
        parents = follower._running()
        # As if another thread of the parent held it while it forked.
        with follower._lock:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    follower.check(OTHER, ALICE)
                    try:
                        follower.check(FAMILY, ALICE)
                    except Ended:
                        code = 0 if follower._running() is not parents else 2
                finally:
                    os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertIs(follower._running(), parents)
        follower.check(OTHER, ALICE)


class Settings(unittest.TestCase):
    """What is refused at once, and pauses."""

    def test_wrong_settings_stop_the_start(self):
        for url in ["", "id.example", "ftp://id.example", "https://id.example/auth", "https://u:p@id.example", "http://"]:
            with self.assertRaises(ValueError, msg=url):
                Follower(url, TOKEN)
        for token in ["", "short", "x" * 31, "x" * 40 + "\n", "ü" * 40]:
            with self.assertRaises(ValueError, msg=token):
                Follower("https://id.example", token)
        for bound in [0, 0.4, 61, float("nan")]:
            with self.assertRaises(ValueError, msg=bound):
                Follower("https://id.example", TOKEN, bound)

    def test_the_token_is_not_shown(self):
        self.assertNotIn(TOKEN, repr(Follower("https://id.example", TOKEN)))

    def test_pauses_grow_to_a_bound(self):
        pauses = [pause_after(failures) for failures in range(40)]
        self.assertEqual((pauses[0], pauses[-1]), (FIRST_PAUSE, LAST_PAUSE))
        self.assertEqual(pauses, sorted(pauses))


if __name__ == "__main__":
    unittest.main()
