# shellcheck shell=bash
# Virtual environments with the Python packages of one requirements file. Sourced by scripts/setup.sh and by the scripts
# that use one.

# What the packages ask for.
PYTHON_MINIMUM=3.10

DJANGO_REQUIREMENTS="$ROOT/end2end/django/requirements.txt"
BENCH_REQUIREMENTS="$ROOT/bench/requirements.txt"

PYTHON_BY_HAND="apt-get install python3-venv (or any Python from $PYTHON_MINIMUM on PATH with its venv and pip), and a way to PyPI"

setup_django() {
  step "Python packages of the Django tests" has_django_packages install_django_packages "$PYTHON_BY_HAND"
}

setup_bench() {
  step "PostgreSQL" has_postgresql install_postgresql "apt-get install postgresql"
  step "Python packages of the bench" has_bench_packages install_bench_packages "$PYTHON_BY_HAND"
}

has_django_packages() { has_python_packages "$DJANGO_REQUIREMENTS"; }
install_django_packages() { install_python_packages "$DJANGO_REQUIREMENTS"; }
has_bench_packages() { has_python_packages "$BENCH_REQUIREMENTS"; }
install_bench_packages() { install_python_packages "$BENCH_REQUIREMENTS"; }

# The file, and the one that it includes.
requirements_text() {
  cat "$1"
  if [ "$1" = "$BENCH_REQUIREMENTS" ]; then cat "$DJANGO_REQUIREMENTS"; fi
}

# python_home REQUIREMENTS: a folder for each text of it, so that two checkouts do not take turns overwriting.
python_home() { printf '%s/python-%s' "$TOOLS" "$(requirements_text "$1" | sha256sum | cut -c 1-16)"; }

# The mark is written last, so that half an install is none; and the Python that it was made with may have gone.
has_python_packages() {
  local home
  home="$(python_home "$1")"
  [ -f "$home/.installed" ] && "$home/bin/python" --version >/dev/null 2>&1
}

# Only ready-made packages, which run nothing when they are installed, and only those of the file.
install_python_packages() {
  local home python
  home="$(python_home "$1")"
  rm -rf "$home"
  python="$(usable_python)" || {
    apt_install python3-venv
    python="$(usable_python)"
  }
  "$python" -m venv "$home" >&2
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --only-binary :all: --no-deps --requirement "$1" >&2
  "$home/bin/python" -m pip check --disable-pip-version-check >&2
  touch "$home/.installed"
}

# Debian's Python comes without venv unless its package is installed; pyenv's stand on PATH and may be switched off.
usable_python() {
  local python
  for python in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10; do
    if "$python" -c "import ensurepip, sys, venv; sys.exit(sys.version_info < (${PYTHON_MINIMUM/./, }))" 2>/dev/null; then
      printf '%s' "$python"
      return 0
    fi
  done
  return 1
}
