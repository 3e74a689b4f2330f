"""The same project, which follows what Latchkey ended. `FOLLOWER_TOKEN` comes from the environment as well."""

import os

from .settings import *  # noqa: F403: the same project
from .settings import ISSUER, MIDDLEWARE, SIMPLE_JWT

ROOT_URLCONF = "resource_server.urls_followed"
MIDDLEWARE = [*MIDDLEWARE, "latchkey_follower.django.middleware.LatchkeyMiddleware"]
# The keys are the follower's.
SIMPLE_JWT = {name: value for name, value in SIMPLE_JWT.items() if name != "JWK_URL"}
LATCHKEY = {"BASE_URL": ISSUER, "FOLLOWER_TOKEN": os.environ["FOLLOWER_TOKEN"]}
