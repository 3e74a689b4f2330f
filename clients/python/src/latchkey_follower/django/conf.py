"""The setting `LATCHKEY` of a Django project, and the one follower that everything in a process shares."""

import ssl
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ..follower import Follower
from ..verifier import Verifier

_DEFAULTS: dict[str, Any] = {
    # Latchkey's base URL, as it knows itself.
    "BASE_URL": None,
    # One of its LATCHKEY_FOLLOWER_TOKENS.
    "FOLLOWER_TOKEN": None,
    # Its LATCHKEY_ACCESS_AUDIENCE, where that is set.
    "AUDIENCE": None,
    # Seconds after which what is known is too old to let anybody in.
    "MAX_STALENESS": 2.0,
    # Where it is reached, if that is not under its own name.
    "VIA": None,
    # A file with the certificates that are trusted, where the system's are not.
    "CA_FILE": None,
}


def _setting() -> dict[str, Any]:
    given = getattr(settings, "LATCHKEY", {})
    if unknown := sorted(given.keys() - _DEFAULTS.keys()):
        raise ImproperlyConfigured(f"LATCHKEY: not known: {', '.join(unknown)}")
    merged = {**_DEFAULTS, **given}
    for name in ("BASE_URL", "FOLLOWER_TOKEN"):
        if not merged[name]:
            raise ImproperlyConfigured(f"LATCHKEY: {name} is missing")
    return merged


@cache
def follower() -> Follower:
    """The follower of this process. Its thread starts with the first check."""
    setting = _setting()
    tls = ssl.create_default_context(cafile=setting["CA_FILE"]) if setting["CA_FILE"] else None
    try:
        return Follower(
            setting["BASE_URL"], setting["FOLLOWER_TOKEN"], setting["MAX_STALENESS"], via=setting["VIA"], tls=tls
        )
    except ValueError as error:
        raise ImproperlyConfigured(f"LATCHKEY: {error}") from error


@cache
def verifier() -> Verifier:
    """Verifies without SimpleJWT."""
    return Verifier(follower(), audience=_setting()["AUDIENCE"])
