"""For a project that keeps rows of its own about each user: made at the first token that names them."""

from django.contrib.auth import get_user_model
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.settings import api_settings


class LocalUserAuthentication(JWTAuthentication):
    """Keyed by Latchkey's id, which is never given to another user. Names and addresses may change."""

    def get_user(self, validated_token):
        user, _ = get_user_model().objects.get_or_create(
            username=validated_token[api_settings.USER_ID_CLAIM]
        )
        if not user.is_active:
            raise AuthenticationFailed("User is inactive", code="user_inactive")
        return user
