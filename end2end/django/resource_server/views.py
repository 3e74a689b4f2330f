"""Two views that need a token: one without a database, one with users of the project's own."""

from rest_framework.response import Response
from rest_framework.views import APIView

from .authentication import LocalUserAuthentication


class Stateless(APIView):
    """Knows of the user what the token says."""

    def get(self, request):
        return Response({"user_id": request.user.id, "family_id": request.auth["sid"]})


class Local(APIView):
    """Has a row for each user who was here."""

    authentication_classes = [LocalUserAuthentication]

    def get(self, request):
        return Response({"user_id": request.user.username, "row": request.user.pk})
