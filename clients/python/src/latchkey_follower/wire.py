"""What `GET /api/signals` answers, read strictly: an answer that is not understood is none."""

import json
import math
import uuid
from dataclasses import dataclass
from typing import Any

#: Nothing is remembered for less: the longest life of an access token, and a minute.
REMEMBER_AT_LEAST = 16 * 60.0
#: Nor for longer, whatever an answer says.
REMEMBER_AT_MOST = 24 * 3600.0


class Malformed(Exception):
    """The answer is not one."""


@dataclass(frozen=True)
class Answer:
    """One page of signals."""

    #: Ids of sessions and families that ended.
    ended: list[str]
    #: Ids of users of whom something changed.
    changed_users: list[str]
    keys_changed: bool
    #: Where the next page begins.
    cursor: str
    #: The server does not know what was asked for, and tells all that it remembers.
    reset: bool
    #: There is more at once.
    more: bool
    #: Seconds that the server's own knowledge was old when it answered.
    age: float
    #: Seconds that the server held the request.
    held: float
    #: Seconds that an ended id must be kept.
    remember: float


def parse(body: bytes) -> Answer:
    """Reads an answer. Kinds of signals that are not known here end nothing, and are passed over.

    Raises `Malformed`.
    """
    try:
        told = json.loads(body)
        ended: list[str] = []
        changed_users: list[str] = []
        keys_changed = False
        for signal in told["signals"]:
            kind = signal["kind"]
            if kind == "session_ended":
                ended.append(canonical(signal["session_id"]))
            elif kind == "family_ended":
                ended.append(canonical(signal["family_id"]))
            elif kind == "user_changed":
                changed_users.append(canonical(signal["user_id"]))
            elif kind == "keys_changed":
                keys_changed = True
            elif not isinstance(kind, str):
                raise Malformed("a signal without a kind")
        return Answer(
            ended=ended,
            changed_users=changed_users,
            keys_changed=keys_changed,
            cursor=_text(told["next"]),
            reset=_flag(told["reset"]),
            more=_flag(told["more"]),
            age=_number(told["age_ms"]) / 1000,
            held=_number(told["held_ms"]) / 1000,
            remember=min(max(_number(told["remember_s"]), REMEMBER_AT_LEAST), REMEMBER_AT_MOST),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(f"no answer of the feed: {type(error).__name__}") from error


def canonical(text: object) -> str:
    """The one spelling of an id. Raises `ValueError`."""
    return str(uuid.UUID(_text(text)))


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 1024:
        raise ValueError("not a text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not a flag")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise ValueError("not a number from 0 on")
    return float(value)
