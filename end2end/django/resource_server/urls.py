"""The API."""

from django.urls import path

from .views import Local, Stateless

urlpatterns = [
    path("stateless/", Stateless.as_view()),
    path("local/", Local.as_view()),
]
