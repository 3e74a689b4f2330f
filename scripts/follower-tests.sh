#!/usr/bin/env bash
# Whether those who follow Latchkey refuse what was ended: the Python package by itself, then a Django project and nginx
# against the real program on SQLite. What is after the name goes to Django's test runner:
# scripts/follower-tests.sh followers.test_nginx
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=scripts/build.sh
. "$HERE/build.sh"
# shellcheck source=scripts/setup/python.sh
. "$HERE/setup/python.sh"

has_django_packages || die "the Python packages are not there: \`make setup\` installs them"
PYTHON="$(python_home "$DJANGO_REQUIREMENTS")/bin/python"
export PYTHONPATH="$ROOT/clients/python/src"

say "--- the Python package"
(cd "$ROOT/clients/python" && "$PYTHON" -B -W error::DeprecationWarning -m unittest)

cd "$ROOT"
claim_target_dir
# Out of the same packages as the tests, because out of fewer it would be compiled with other features, and so again.
cargo build "${HOST_PACKAGES[@]}" --bin latchkey
hide_tools_setting
export LATCHKEY_PROGRAM_UNDER_TEST="$DEV_PROGRAM"

say "--- Django and nginx"
cd "$ROOT/end2end/django"
ISSUER_URL="http://127.0.0.1:$(free_port)"
export ISSUER_URL TOKEN_ALGORITHM=EdDSA
export FOLLOWER_TOKEN=of-the-tests-0123456789abcdef0123456789
"$PYTHON" -B -W error::DeprecationWarning manage.py test --settings resource_server.settings_followed "${@:-followers}"
