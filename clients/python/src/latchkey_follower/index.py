"""What is known: which ids ended, and as of when.

One thread writes. Readers take no lock: each reads one attribute or looks up one key, and the writer replaces what
they read rather than change it. What they rely on is the order. The writer applies an answer first and says as of when
afterwards; a reader asks as of when first and looks up afterwards, so that what it finds is never older than was said.
"""

from .wire import Answer

#: Forgetting looks at every entry; so often at most, in seconds.
SWEEP_EVERY = 30.0


class Index:
    """Ended ids, each kept as long as a token of it could be good, and a mark for each user who changed."""

    def __init__(self) -> None:
        self._ended: dict[str, float] = {}
        self._marks: dict[str, tuple[int, float]] = {}
        self._mark = 0
        self._mark_of_all = 0
        self._swept_at: float | None = None
        #: As of when everything is known, on the boot-time clock; nothing is known before the first answer.
        self.known_at: float | None = None

    def has_ended(self, id_: str) -> bool:
        """Whether a session or family is known to have ended."""
        return id_ in self._ended

    def mark(self, user_id: str) -> int:
        """A number that grows when something about a user changed. Where it is not known it grows for everybody."""
        mark, _ = self._marks.get(user_id, (0, 0.0))
        return max(mark, self._mark_of_all)

    def apply(self, answer: Answer, now: float, after_gap: bool) -> None:
        """Takes in one page. It may tell what is known already; nothing is forgotten by it."""
        keep_until = now + answer.remember
        for id_ in answer.ended:
            self._ended[id_] = keep_until
        for user_id in answer.changed_users:
            self._mark += 1
            self._marks[user_id] = (self._mark, keep_until)
        if after_gap:
            # What lies between is lost on us: anybody may have changed.
            self._mark += 1
            self._mark_of_all = self._mark
        self._sweep(now)

    def _sweep(self, now: float) -> None:
        if self._swept_at is not None and now - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at = now
        for id_ in [id_ for id_, keep_until in self._ended.items() if keep_until < now]:
            del self._ended[id_]
        over = {user_id: mark for user_id, (mark, keep_until) in self._marks.items() if keep_until < now}
        # First for all, then forgotten one by one: no mark ever falls.
        self._mark_of_all = max([self._mark_of_all, *over.values()])
        for user_id in over:
            del self._marks[user_id]

    def __len__(self) -> int:
        return len(self._ended)
