# shellcheck shell=bash
# The npm packages of one folder, by its lock file. Sourced by scripts/setup.sh.

# npm wipes node_modules before it fills it again; this mark is written last, so that half an install is none.
npm_mark() { printf '%s' "$ROOT/$1/node_modules/.installed"; }

has_npm_packages() { cmp -s "$ROOT/$1/package-lock.json" "$(npm_mark "$1")"; }

# Without the packages' own scripts: none of ours needs one, and they would run with all that this user may do.
install_npm_packages() {
  (cd "$ROOT/$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  cp "$ROOT/$1/package-lock.json" "$(npm_mark "$1")"
}
