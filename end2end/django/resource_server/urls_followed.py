"""The views of the project that follows. The API's ask for themselves."""

from django.urls import path
from latchkey_follower.django.middleware import public

from .followed import Local, Stateless, everybody, plain

urlpatterns = [
    path("stateless/", public(Stateless.as_view())),
    path("local/", public(Local.as_view())),
    path("plain/", plain),
    path("everybody/", everybody),
]
