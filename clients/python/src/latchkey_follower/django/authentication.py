"""For Django REST framework: SimpleJWT's authentication, and then the follower."""

from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework_simplejwt.authentication import JWTAuthentication, JWTStatelessUserAuthentication
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import InvalidToken as TokenNotValid
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import aware_utcnow

from ..errors import InvalidToken, NotFresh
from ..verifier import header_of
from .conf import follower


class ServiceUnavailable(APIException):
    """503: nobody can know now whether the token is still good."""

    status_code = 503
    default_detail = _("Service temporarily unavailable, try again later.")
    default_code = "service_unavailable"
    #: Django REST framework makes `Retry-After` of it.
    wait = NotFresh.retry_after


class FollowedAuthentication(JWTAuthentication):
    """Verifies by SimpleJWT's settings, and then asks the follower.

    The keys are the follower's, not those of `JWK_URL`, which SimpleJWT keeps for five minutes. Whoever acts through a
    token of an ended sign-in gets SimpleJWT's own 401 with the code `token_not_valid`; while nobody can know, the
    answer is 503.
    """

    def get_validated_token(self, raw_token: bytes) -> Token:
        """What SimpleJWT makes of what stood in the header. The user is looked up after it."""
        messages = []
        for kind in api_settings.AUTH_TOKEN_CLASSES:
            try:
                return _validated(kind, raw_token)
            except (InvalidToken, TokenError) as error:
                said = {"token_class": kind.__name__, "token_type": kind.token_type, "message": error.args[0]}
                messages.append(said)
            except NotFresh as error:
                raise ServiceUnavailable() from error
        raise TokenNotValid({"detail": _("Given token not valid for any token type"), "messages": messages})


class FollowedStatelessAuthentication(FollowedAuthentication, JWTStatelessUserAuthentication):
    """The same without a table of users: what is known of the user is what the token says."""


def _validated(kind: type[Token], raw_token: bytes) -> Token:
    """Raises SimpleJWT's `TokenError`, or what the follower raises."""
    kid, _algorithm = header_of(raw_token.decode("latin-1"))
    keys = follower().keys
    key = keys.get(kid)
    token = _followed(kind)(raw_token)
    follower().check(str(token.get("sid")), str(token.get(api_settings.USER_ID_CLAIM)))
    # What is fresh now was perhaps not when the key was looked up.
    if keys.find(kid) is not key:
        raise InvalidToken()
    token.check_exp(current_time=aware_utcnow())
    return token


class _Backend(TokenBackend):
    """SimpleJWT's, with another source of keys."""

    def get_verifying_key(self, token: Any) -> Any:
        """The key that the token names, if it is for the algorithm of the settings."""
        kid, _algorithm = header_of(token.decode("latin-1") if isinstance(token, bytes) else token)
        key = follower().keys.get(kid)
        if key.algorithm != self.algorithm:
            raise TokenBackendError(_("Token is invalid"))
        return key.material


@cache
def _followed(kind: type[Token]) -> type[Token]:
    """A class of tokens that is the same but for where keys come from."""
    backend = _Backend(
        api_settings.ALGORITHM,
        audience=api_settings.AUDIENCE,
        issuer=api_settings.ISSUER,
        leeway=api_settings.LEEWAY,
        json_encoder=api_settings.JSON_ENCODER,
    )
    return type(kind.__name__, (kind,), {"_token_backend": backend})
