"""Why a token lets nobody in."""


class InvalidToken(Exception):
    """The token is no access token of this issuer for this audience, or its time is over."""

    def __init__(self, message: str = "Token is invalid") -> None:
        super().__init__(message)


class Ended(InvalidToken):
    """The sign-in that the token belongs to was ended."""


class NotFresh(Exception):
    """Nobody here knows what was ended lately: the answer is 503, neither yes nor no."""

    #: Seconds after which another try makes sense.
    retry_after = 1
