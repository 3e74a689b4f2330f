#!/usr/bin/env bash
# Whether a stock Django project takes our access tokens: with each algorithm that signs them, against the real program
# on SQLite; and whether somebody else's reader finds the OpenAPI document valid. What is after the name goes to Django's test runner: scripts/django-tests.sh tests.test_keys
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

cd "$ROOT"
claim_target_dir
# Out of the same packages as the tests, because out of fewer it would be compiled with other features, and so again.
cargo build "${HOST_PACKAGES[@]}" --bin latchkey
hide_tools_setting
export LATCHKEY_PROGRAM_UNDER_TEST="$DEV_PROGRAM"

cd "$ROOT/end2end/django"
for TOKEN_ALGORITHM in EdDSA RS256; do
  say "--- $TOKEN_ALGORITHM"
  ISSUER_URL="http://127.0.0.1:$(free_port)"
  export ISSUER_URL TOKEN_ALGORITHM
  "$PYTHON" -B -W error::DeprecationWarning manage.py test "${@:-tests}"
done
