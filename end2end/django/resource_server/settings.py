"""What `django-admin startproject` gives, cut down to an API; of our own is `SIMPLE_JWT` at the end.

Where Latchkey stands and how it signs comes from the environment:
`ISSUER_URL` is its base URL, `TOKEN_ALGORITHM` what its setting `access_algorithm` says.
"""

import os

ISSUER = os.environ["ISSUER_URL"]

# Nothing here is signed with it, but Django insists on one.
SECRET_KEY = "of no use to anybody: this project signs nothing"
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
ROOT_URLCONF = "resource_server.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

SIMPLE_JWT = {
    # The one algorithm that is accepted.
    "ALGORITHM": os.environ["TOKEN_ALGORITHM"],
    # The keys that verify are fetched here; nothing signs.
    "JWK_URL": f"{ISSUER}/.well-known/jwks.json",
    "SIGNING_KEY": None,
    "ISSUER": ISSUER,
    "AUDIENCE": ISSUER,
    "USER_ID_CLAIM": "user_id",
    "TOKEN_TYPE_CLAIM": "token_type",
    "JTI_CLAIM": "jti",
    "LEEWAY": 0,
}
