"""For services that take Latchkey's access tokens: what was ended is refused within a bound, and so is everything
while that cannot be known.

`Follower` keeps an index of what ended, fed by Latchkey over a long poll. `Verifier` verifies an access token and asks
the follower. For Django there are `latchkey_follower.django.authentication` and `latchkey_follower.django.middleware`.
"""

from .errors import Ended, InvalidToken, NotFresh
from .follower import Follower
from .verifier import Principal, Verifier

__all__ = ["Ended", "Follower", "InvalidToken", "NotFresh", "Principal", "Verifier"]
