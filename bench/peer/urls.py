"""The calls that are measured, under the paths that Latchkey has for them."""

from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView


class Me(APIView):
    """Who is signed in."""

    def get(self, request):
        user = request.user
        return Response({"id": user.pk, "username": user.username, "email": user.email})


class Ping(APIView):
    """The same layers without anybody."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request):
        return Response({"pong": True})


urlpatterns = [
    path("api/auth/token/", TokenObtainPairView.as_view()),
    path("api/auth/token/refresh/", TokenRefreshView.as_view()),
    path("api/me", Me.as_view()),
    path("api/ping", Ping.as_view()),
]
