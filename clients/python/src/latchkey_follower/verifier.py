"""Verifying an access token: the signature under a key of the set, strict claims, and then the follower."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

from .clock import unix_time
from .errors import Ended, InvalidToken
from .follower import Follower
from .wire import canonical

#: No token of Latchkey's comes near it.
LENGTH_LIMIT = 4096
#: Clocks may differ by so many seconds where a token says from when on it is good. None is given to `exp`.
LEEWAY = 30

_REQUIRED = ["iss", "sub", "aud", "exp", "iat", "jti"]


@dataclass(frozen=True)
class Principal:
    """Who acts through a token."""

    #: Latchkey's id of the user: a UUID, never given to anybody else.
    user_id: str
    #: The sign-in that the token belongs to.
    sid: str
    jti: str
    client_id: str
    issued_at: int
    expires_at: int
    #: Grows when something about the user changed; see `Follower.check`.
    user_mark: int


class Verifier:
    """Tells who acts through an access token, as long as that may be said.

    issuer: Latchkey's base URL, if it is not the follower's.
    audience: Latchkey's `LATCHKEY_ACCESS_AUDIENCE`, which is its base URL where it is not set.
    """

    def __init__(
        self,
        follower: Follower,
        *,
        issuer: str | None = None,
        audience: str | None = None,
        clock: Callable[[], float] = unix_time,
    ) -> None:
        self.follower = follower
        self._issuer = issuer or follower.base_url
        self._audience = audience or self._issuer
        self._clock = clock

    def verify(self, token: str) -> Principal:
        """Who acts.

        Raises `InvalidToken`, of it `Ended`, and `NotFresh`.
        """
        kid, algorithm = header_of(token)
        keys = self.follower.keys
        key = keys.get(kid)
        if key.algorithm != algorithm:
            raise InvalidToken()
        claims = self._claims(token, key.material, algorithm)
        principal = self._principal(claims, self.follower.check(claims["sid"], claims["user_id"]))
        # What is fresh now was perhaps not when the key was looked up, and the token's time may be over by now.
        if keys.find(kid) is not key:
            raise Ended()
        self._check_times(claims)
        return principal

    def _claims(self, token: str, material: Any, algorithm: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                material,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                # Times are looked at below, by the clock that was given.
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise InvalidToken() from error
        self._check_times(claims)
        if claims.get("token_type") != "access":
            raise InvalidToken("Token has wrong type")
        texts = [claims.get(name) for name in ("sub", "user_id", "sid", "jti", "client_id")]
        if not all(isinstance(text, str) and text for text in texts) or claims["sub"] != claims["user_id"]:
            raise InvalidToken()
        try:
            is_canonical = all(canonical(claims[name]) == claims[name] for name in ("user_id", "sid"))
        except ValueError:
            is_canonical = False
        if not is_canonical:
            raise InvalidToken()
        return claims

    def _check_times(self, claims: dict[str, Any]) -> None:
        now = self._clock()
        exp, begins = claims["exp"], [claims["iat"], claims.get("nbf", 0)]
        if not all(isinstance(time, (int, float)) and not isinstance(time, bool) for time in [exp, *begins]):
            raise InvalidToken()
        if now >= exp:
            raise InvalidToken("Token is expired")
        if any(time > now + LEEWAY for time in begins):
            raise InvalidToken()

    @staticmethod
    def _principal(claims: dict[str, Any], user_mark: int) -> Principal:
        return Principal(
            user_id=claims["user_id"],
            sid=claims["sid"],
            jti=claims["jti"],
            client_id=claims["client_id"],
            issued_at=int(claims["iat"]),
            expires_at=int(claims["exp"]),
            user_mark=user_mark,
        )


def header_of(token: str) -> tuple[str, str]:
    """The id of the key and the algorithm that a token names; nothing is verified.

    A header has `typ: at+jwt` (RFC 9068), `alg` and `kid` and nothing else: whoever puts a key there wants to choose
    it, and `crit` asks for what is not understood here.

    Raises `InvalidToken`.
    """
    try:
        if len(token) > LENGTH_LIMIT or token.count(".") != 2:
            raise InvalidToken()
        text = token.split(".")[0]
        header = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        kid, algorithm = header["kid"], header["alg"]
        is_ours = header.keys() == {"typ", "alg", "kid"} and header["typ"] == "at+jwt"
        if not is_ours or not isinstance(kid, str) or not isinstance(algorithm, str):
            raise InvalidToken()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidToken() from error
    return kid, algorithm
