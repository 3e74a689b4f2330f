"""The public keys that verify access tokens: fetched when one is not known, and when Latchkey says that they changed."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

from .errors import InvalidToken, NotFresh
from .transport import TransportError

#: The set is asked for once in so many seconds at most, whoever invents ids of keys.
FETCH_EVERY = 1.0
#: A key that was not in the set is not looked for again so soon, in seconds: whoever holds a token of a killed key is to
#: hear that it is no good.
ABSENT_FOR = 5.0
#: So many of them are remembered.
MAX_ABSENT = 256
#: Whoever needs a key waits so many seconds at most while somebody else fetches.
WAIT_LIMIT = 3.5

#: What Latchkey signs with: by the type and the curve of a key, the one algorithm that it is good for.
_ALGORITHMS = {("OKP", "Ed25519"): "EdDSA", ("EC", "P-256"): "ES256", ("RSA", None): "RS256"}


@dataclass(frozen=True)
class Key:
    """One public key with the only algorithm that it verifies."""

    algorithm: str
    material: Any
    #: As the set has it.
    text: dict[str, Any]


class KeySet:
    """The keys by their ids. Readers take no lock: the whole set is replaced at once."""

    def __init__(self, fetch: Callable[[], bytes], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._absent: dict[str, float] = {}
        self._lock = threading.Lock()
        self._tried_at: float | None = None
        #: When the request for what is known was sent.
        self._known_at: float | None = None

    def find(self, kid: str) -> Key | None:
        """The key, if it is known and still in the set."""
        return self._keys.get(kid)

    def get(self, kid: str) -> Key:
        """The key; the set is fetched where it is not known, at most once a second.

        Raises `InvalidToken` if the set has no such key, and `NotFresh` if that cannot be known now.
        """
        if (key := self.find(kid)) is not None:
            return key
        asked_at = self._clock()
        if (absent_at := self._absent.get(kid)) is not None and asked_at - absent_at < ABSENT_FOR:
            raise InvalidToken()
        if not self._lock.acquire(timeout=WAIT_LIMIT):
            raise NotFresh("the key set is being fetched")
        try:
            if self.find(kid) is None and (self._known_at is None or self._known_at < asked_at):
                self._fetch_now()
            if (key := self.find(kid)) is not None:
                return key
            if len(self._absent) >= MAX_ABSENT:
                self._absent = {}
            self._absent[kid] = asked_at
        finally:
            self._lock.release()
        raise InvalidToken()

    def refresh(self) -> float:
        """Fetches the set. Returns the seconds to wait where that is too early, and 0 where it is done.

        Raises `NotFresh` if it cannot be had.
        """
        with self._lock:
            if (wait := self._too_early()) > 0:
                return wait
            self._fetch_now()
            return 0.0

    def _too_early(self) -> float:
        if self._tried_at is None:
            return 0.0
        return self._tried_at + FETCH_EVERY - self._clock()

    def _fetch_now(self) -> None:
        if self._too_early() > 0:
            raise NotFresh("the key set was fetched a moment ago")
        sent_at = self._tried_at = self._clock()
        try:
            keys = _parse(self._fetch())
        except (TransportError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise NotFresh(f"no key set: {type(error).__name__}") from error
        # A key that stays is the same object, so that whoever holds one can ask whether it stayed.
        for kid, key in keys.items():
            if (known := self._keys.get(kid)) is not None and known.text == key.text:
                keys[kid] = known
        gone = self._keys.keys() - keys.keys()
        self._keys = keys
        self._absent = dict.fromkeys(gone, sent_at)
        self._known_at = sent_at


def _parse(body: bytes) -> dict[str, Key]:
    """Keys of other kinds than ours are passed over: none of our tokens is signed with one."""
    keys: dict[str, Key] = {}
    for text in json.loads(body)["keys"]:
        algorithm = _ALGORITHMS.get((text["kty"], text.get("crv")))
        if algorithm is None or text.get("alg", algorithm) != algorithm or text.get("use", "sig") != "sig":
            continue
        if isinstance(kid := text.get("kid"), str):
            try:
                keys[kid] = Key(algorithm, jwt.PyJWK(text, algorithm).key, text)
            except jwt.PyJWTError as error:
                raise ValueError("a key that is none") from error
    return keys
