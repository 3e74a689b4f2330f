"""Makes the peer's tables and the users whose names it is given: `python -m peer.make NAME…`."""

import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402, the settings come first

call_command("migrate", verbosity=0)
for name in sys.argv[1:]:
    get_user_model().objects.create_user(name, f"{name}@example.com", os.environ["PEER_PASSWORD"])
