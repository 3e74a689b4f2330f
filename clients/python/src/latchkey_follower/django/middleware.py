"""For Django's own views: who acts through the access token of a request stands in `request.latchkey`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from ..errors import InvalidToken, NotFresh
from .conf import verifier

CHALLENGE = 'Bearer realm="api"'


class LatchkeyMiddleware:
    """Lets a request through to its view with an access token that is good and of a sign-in that was not ended.

    `request.latchkey` is a `Principal` then. Without, the answer is 401, and 503 while nobody can know. Views that are
    for everybody are marked with `@public`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        # What is missing in the settings stops the start, not the first request.
        verifier()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Called by Django when it knows the view."""
        return None if getattr(view, "latchkey_public", False) else _refusal(request)


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view that the middleware lets everybody through to, among them views that ask for themselves."""
    view.latchkey_public = True  # type: ignore[attr-defined]
    return view


def protected(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same as the middleware for one view, where most of a project is not for tokens."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _refusal(request) or view(request, *args, **kwargs)

    return guarded


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """Sets `request.latchkey`, or says why not."""
    try:
        token = bearer(request.headers.get("Authorization"))
        if token is None:
            said = {"detail": "Authentication credentials were not provided."}
            return _answer(401, said, "WWW-Authenticate", CHALLENGE)
        request.latchkey = verifier().verify(token)  # type: ignore[attr-defined]
    except InvalidToken as error:
        challenge = f'{CHALLENGE}, error="invalid_token", error_description="{error}"'
        return _answer(401, _not_valid(str(error)), "WWW-Authenticate", challenge)
    except NotFresh as error:
        said = {"detail": "Service temporarily unavailable, try again later."}
        return _answer(503, said, "Retry-After", str(error.retry_after))
    return None


def bearer(header: str | None) -> str | None:
    """The token of an `Authorization` header; `None` where there is none, or another scheme.

    Raises `InvalidToken` where the header is not a scheme and a token.
    """
    parts = (header or "").split()
    if not parts or parts[0].lower() != "bearer":
        return None
    if len(parts) != 2:
        raise InvalidToken()
    return parts[1]


def _not_valid(message: str) -> dict[str, Any]:
    """The body that front ends of SimpleJWT refresh at."""
    return {
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": message}],
    }


def _answer(status: int, said: dict[str, Any], name: str, value: str) -> HttpResponse:
    return JsonResponse(said, status=status, headers={name: value, "Cache-Control": "no-store"})
