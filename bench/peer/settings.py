"""What `django-admin startproject` gives, with Django REST framework and SimpleJWT as their manuals set them up:
tokens rotate, and what was rotated is blacklisted.

In its favour: the connection to the database is kept (`CONN_MAX_AGE`; Django's default opens one for each request),
there is no log, and tokens are signed with HS256, the cheapest algorithm that it has. From the environment:
`PEER_DATABASE` is a file or a `postgres://` URL, `PEER_HASH` is `shipped` or `cheap`.
"""

import os
from urllib.parse import urlsplit

from django.conf.global_settings import PASSWORD_HASHERS as SHIPPED_HASHERS

SECRET_KEY = "known to everybody who reads this: the bench alone uses it"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "peer.urls"
WSGI_APPLICATION = "peer.wsgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_simplejwt",
    "rest_framework_simplejwt.token_blacklist",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def database(text):
    """A database as Django has it."""
    if not text.startswith("postgres://"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": text, "CONN_MAX_AGE": None}
    url = urlsplit(text)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": url.hostname,
        "PORT": url.port,
        "USER": url.username,
        "NAME": url.path.removeprefix("/"),
        "CONN_MAX_AGE": None,
    }


DATABASES = {"default": database(os.environ["PEER_DATABASE"])}

PASSWORD_HASHERS = {
    "shipped": SHIPPED_HASHERS,
    # No hash for passwords: it is here to see what a sign-in costs beside one.
    "cheap": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}[os.environ["PEER_HASH"]]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

SIMPLE_JWT = {
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
}
