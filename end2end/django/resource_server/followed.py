"""Views that refuse what was ended: by an authentication class, by the middleware, and one that is for everybody."""

from django.http import JsonResponse
from latchkey_follower.django.authentication import FollowedAuthentication, FollowedStatelessAuthentication
from latchkey_follower.django.middleware import public
from rest_framework.response import Response
from rest_framework.views import APIView

from .authentication import LocalUserAuthentication


class Stateless(APIView):
    """Knows of the user what the token says."""

    authentication_classes = [FollowedStatelessAuthentication]

    def get(self, request):
        return Response({"user_id": request.user.id, "family_id": request.auth["sid"]})


class FollowedLocalUserAuthentication(LocalUserAuthentication, FollowedAuthentication):
    """A project's own class, with the follower behind it."""


class Local(APIView):
    """Has a row for each user who was here."""

    authentication_classes = [FollowedLocalUserAuthentication]

    def get(self, request):
        return Response({"user_id": request.user.username})


def plain(request):
    """Has what the middleware found."""
    return JsonResponse({"user_id": request.latchkey.user_id, "family_id": request.latchkey.sid})


@public
def everybody(_request):
    """Is for everybody."""
    return JsonResponse({})
