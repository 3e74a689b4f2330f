# shellcheck shell=bash
# The machine itself: what must be there already, and Debian's packages. Sourced by scripts/setup.sh.

check_prerequisites() {
  local missing=()
  have cargo || missing+=("cargo and rustc: rustup with its stable toolchain")
  have cc || missing+=("a C compiler (Debian: apt-get install build-essential)")
  have flock || missing+=("flock (Debian: apt-get install util-linux)")
  have npm || missing+=("npm")
  if ! have node || [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
    missing+=("node 20 or later")
  fi
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "error: these are needed first, and are not on PATH:"
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
}

# as_root COMMAND…: runs it as root where that needs no password.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    say "This needs root: $*"
    return 1
  fi
}

# The lists are fetched once in a set-up, and only when something is to be installed: an old list names files that the
# archive has replaced. Steps run in subshells, so the mark is a file: newer than the lock, which each set-up touches.
apt_update() {
  [ "$TOOLS/.apt-lists" -nt "$TOOLS/.lock" ] && return 0
  as_root apt-get update -qq -o Acquire::Retries=2 -o Acquire::http::Timeout=30 >&2
  touch "$TOOLS/.apt-lists"
}

apt_install() {
  have apt-get || {
    say "There is no apt-get here."
    return 1
  }
  apt_update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Acquire::Retries=2 -o Dpkg::Use-Pty=0 "$@" >&2
}
