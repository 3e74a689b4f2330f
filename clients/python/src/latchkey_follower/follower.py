"""Following Latchkey's signals, in a thread of each process that checks tokens."""

import logging
import os
import ssl
import threading
import weakref
from collections.abc import Callable
from urllib.parse import quote

from .clock import boot_time
from .errors import Ended, InvalidToken, NotFresh
from .index import Index
from .keys import KeySet
from .transport import Address, Transport, TransportError
from .wire import Malformed, canonical, parse

LOG = logging.getLogger("latchkey_follower")

#: A check that finds nothing fresh waits so many seconds for the next poll.
JOIN_LIMIT = 1.0
#: Milliseconds that the server is asked to hold a poll while there is nothing to tell.
HOLD_MS = 500
#: Seconds that an answer may take beyond that.
ANSWER_LIMIT = 1.0
#: Seconds that the key set may take: a server that was just started may have keys to make first.
KEY_SET_LIMIT = 2.0
#: A poll begins so many seconds after the one before at the earliest, unless there is more to fetch.
POLL_EVERY = 0.05
#: Pauses after failures, in seconds: doubled from the first to the last.
FIRST_PAUSE, LAST_PAUSE = 0.1, 1.0
#: Longer answers are none.
MAX_ANSWER, MAX_KEY_SET = 4 * 1024 * 1024, 256 * 1024
#: Nodes read each other's changes of keys within two seconds; behind a balancer, the one that tells of a change need
#: not be the one that gives the set. So it is fetched once more, so many seconds later.
KEYS_AGAIN_AFTER = 3.0


class _State:
    """What one process has: never shared with a process that was forked from it."""

    def __init__(self, transport: Transport, keys: KeySet) -> None:
        self.transport = transport
        self.keys = keys
        self.index = Index()
        self.cursor: str | None = None
        # The answer before was a page with more to follow.
        self.in_pages = False
        self.keys_due = False
        self.keys_again_at: float | None = None
        self.heard = threading.Condition()
        self.wanted = threading.Event()
        self.closed = threading.Event()


class Follower:
    """Knows what was ended, and whether it knows that well enough.

    One for each process is enough, at module level: the thread starts with the first check, in each process for
    itself, also where a server forks its workers after it has loaded the application.

    base_url: Latchkey's, as it knows itself (`LATCHKEY_BASE_URL`).
    token: one of Latchkey's `LATCHKEY_FOLLOWER_TOKENS`.
    max_staleness: seconds after which what is known is too old to let anybody in.
    via: where Latchkey is reached, if that is not under its own name: `http://latchkey.internal:3000`.
    tls: for certificates that the system does not trust: `ssl.create_default_context(cafile=…)`.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        max_staleness: float = 2.0,
        *,
        via: str | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = boot_time,
        join_limit: float = JOIN_LIMIT,
    ) -> None:
        if not 0.5 <= max_staleness <= 60:
            raise ValueError("max_staleness: expected between 0.5 and 60 seconds")
        if len(token) < 32 or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("token: expected one of LATCHKEY_FOLLOWER_TOKENS, at least 32 characters")
        self.base_url = base_url.rstrip("/")
        self.max_staleness = max_staleness
        self._address = Address.of(base_url, via)
        self._tls = tls
        self._authorization = f"Bearer {token}"
        self._clock = clock
        self._join_limit = join_limit
        # A poll must be over a good deal before what is known is too old.
        self._hold_ms = min(HOLD_MS, int(max_staleness * 250))
        self._state: _State | None = None
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            own = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _begin_anew(own))

    def __repr__(self) -> str:
        return f"Follower({self.base_url!r})"

    def check(self, sid: str, user_id: str) -> int:
        """Whether the session or family `sid` may still act, as far as anything of it was ended.

        Returns a number that grows when Latchkey says that something about the user changed (their role, say): what a
        process keeps in memory about a user is to be read again when it has grown.

        Raises `Ended`, and `NotFresh` where it cannot be known within a second.
        """
        try:
            sid, user_id = canonical(sid), canonical(user_id)
        except ValueError as error:
            raise InvalidToken() from error
        state = self._running()
        # An end is never taken back: for a refusal, nothing has to be fresh.
        if state.index.has_ended(sid):
            raise Ended()
        if not self._is_fresh(state.index):
            state.wanted.set()
            with state.heard:
                if not state.heard.wait_for(lambda: self._is_fresh(state.index), self._join_limit):
                    raise NotFresh("nothing was heard of Latchkey lately")
        # After it is known to be fresh: see `Index`.
        if state.index.has_ended(sid):
            raise Ended()
        return state.index.mark(user_id)

    def is_fresh(self) -> bool:
        """Whether a check would be answered at once; for health checks."""
        return self._is_fresh(self._running().index)

    @property
    def keys(self) -> KeySet:
        """The keys that verify access tokens."""
        return self._running().keys

    def close(self) -> None:
        """Ends the thread after its current poll. A later check starts another."""
        with self._lock:
            state, self._state = self._state, None
        if state is not None:
            state.closed.set()
            state.wanted.set()

    def _is_fresh(self, index: Index) -> bool:
        known_at = index.known_at
        return known_at is not None and self._clock() - known_at <= self.max_staleness

    def _running(self) -> _State:
        state = self._state
        if state is not None:
            return state
        with self._lock:
            if self._state is None:
                state = self._new_state()
                thread = threading.Thread(target=self._run, args=(state,), name="latchkey-follower", daemon=True)
                thread.start()
                self._state = state
            return self._state

    def _new_state(self) -> _State:
        return _State(Transport(self._address, self._tls), KeySet(self._fetch_keys, self._clock))

    def _fetch_keys(self) -> bytes:
        transport = Transport(self._address, self._tls)
        try:
            return transport.get("/.well-known/jwks.json", {}, limit=KEY_SET_LIMIT, max_bytes=MAX_KEY_SET)
        finally:
            transport.close()

    def _run(self, state: _State) -> None:
        failures = 0
        while not state.closed.is_set():
            begun = self._clock()
            try:
                more = self.poll(state)
            except Exception as error:  # the thread must not end while anybody checks
                if failures == 0:
                    is_expected = isinstance(error, (TransportError, Malformed, NotFresh))
                    LOG.warning("cannot follow %s: %s", self.base_url, error, exc_info=None if is_expected else error)
                self._rest(state, failures)
                failures += 1
                continue
            if failures > 0:
                LOG.warning("following %s again", self.base_url)
                failures = 0
            if not more:
                state.closed.wait(max(0.0, begun + POLL_EVERY - self._clock()))
        state.transport.close()

    def _rest(self, state: _State, failures: int) -> None:
        """Whoever waits for an answer shortens the pause, but not below the first."""
        if not state.closed.wait(FIRST_PAUSE):
            state.wanted.wait(pause_after(failures) - FIRST_PAUSE)
            state.wanted.clear()

    def poll(self, state: _State) -> bool:
        """One question and what follows from its answer. Returns whether there is more at once."""
        is_first = state.cursor is None
        hold_ms = self._hold_ms if self._is_fresh(state.index) else 0
        path = f"/api/signals?wait={hold_ms}" + ("" if is_first else f"&after={quote(state.cursor or '', safe='')}")
        sent_at = self._clock()
        body = state.transport.get(
            path, {"Authorization": self._authorization}, limit=hold_ms / 1000 + ANSWER_LIMIT, max_bytes=MAX_ANSWER
        )
        answer = parse(body)
        now = self._clock()
        after_gap = answer.reset and not is_first and not state.in_pages
        state.index.apply(answer, now, after_gap)
        if answer.keys_changed or after_gap:
            state.keys_due = True
            state.keys_again_at = now + KEYS_AGAIN_AFTER
        state.cursor, state.in_pages = answer.cursor, answer.more
        self._tend_keys(state)
        if not answer.more:
            state.index.known_at = min(sent_at + answer.held - answer.age, now)
            with state.heard:
                state.heard.notify_all()
        return answer.more

    def _tend_keys(self, state: _State) -> None:
        """Nothing is fresh while the keys are not: a token of a killed key is as bad as one of an ended family."""
        while state.keys_due:
            wait = state.keys.refresh()
            if wait > 0:
                state.closed.wait(wait)
                continue
            state.keys_due = False
        if state.keys_again_at is not None and state.keys_again_at <= self._clock():
            if state.keys.refresh() <= 0:
                state.keys_again_at = None


def pause_after(failures: int) -> float:
    """Seconds to the next try, after so many failures before the last one."""
    return min(FIRST_PAUSE * (1 << min(failures, 16)), LAST_PAUSE)


def _begin_anew(own: "weakref.ref[Follower]") -> None:
    """In a process that was just forked: its parent's thread is not in it, and a lock may be held by nobody."""
    follower = own()
    if follower is not None:
        follower._lock = threading.Lock()
        follower._state = None
