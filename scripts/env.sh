# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source this use them
# Where things are and which versions they have, for every script here. Sourced, never run.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# One folder for everything that the set-up fetches or builds, shared by all checkouts of this user.
TOOLS="${LATCHKEY_TOOLS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/latchkey}"

# To be called before our program is started, by itself or by tests: it refuses LATCHKEY_ settings that it does not know.
hide_tools_setting() { unset LATCHKEY_TOOLS_DIR; }

# What cargo-leptos in this version asks for; the workspace itself is content with less.
RUST_MINIMUM=1.96
CARGO_LEPTOS_VERSION=0.3.11
CARGO_DENY_VERSION=0.20.2
CARGO_FUZZ_VERSION=0.13.2

# The command line of wasm-bindgen refuses a library of another version, so the lock file decides.
wasm_bindgen_version() {
  local version=''
  if [ -f "$ROOT/Cargo.lock" ]; then
    version="$(awk '/^name = "wasm-bindgen"$/ { found = 1; next }
      found && /^version = / { gsub(/[" ]/, "", $3); print $3; exit }' "$ROOT/Cargo.lock")"
  fi
  printf '%s' "${version:-0.2.130}"
}
WASM_BINDGEN_VERSION="$(wasm_bindgen_version)"

# A folder for each version: two checkouts that want different ones do not take turns overwriting.
CARGO_LEPTOS_HOME="$TOOLS/cargo-leptos-$CARGO_LEPTOS_VERSION"
CARGO_DENY_HOME="$TOOLS/cargo-deny-$CARGO_DENY_VERSION"
CARGO_FUZZ_HOME="$TOOLS/cargo-fuzz-$CARGO_FUZZ_VERSION"
WASM_BINDGEN_HOME="$TOOLS/wasm-bindgen-$WASM_BINDGEN_VERSION"
PATH="$TOOLS/bin:$CARGO_LEPTOS_HOME/bin:$WASM_BINDGEN_HOME/bin:$CARGO_DENY_HOME/bin:$ROOT/style/node_modules/.bin:$PATH"
export PATH

# The set-up writes the toolchain's name here where rustup's own was too old or could not be given the wasm target.
# Remove the file to have rustup's default looked at again.
TOOLCHAIN_FILE="$TOOLS/toolchain"
use_recorded_toolchain() {
  if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && [ -s "$TOOLCHAIN_FILE" ]; then
    RUSTUP_TOOLCHAIN="$(<"$TOOLCHAIN_FILE")"
    export RUSTUP_TOOLCHAIN
  fi
}
use_recorded_toolchain

WASM_TARGET=wasm32-unknown-unknown
TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"

# Leptos bakes this name in when it is compiled, and cargo-leptos sets it. Set for every build, it lets the tests and
# cargo-leptos share what they compile, and the pages of both name the same files.
export LEPTOS_OUTPUT_NAME=latchkey

# Everything that is built for the machine itself. The front end stands apart: `ssr` and `hydrate` in one cargo
# invocation would be one build of Leptos with both, which works as neither.
HOST_PACKAGES=(
  -p latchkey-types
  -p latchkey-authority
  -p latchkey-identity
  -p latchkey-migrations
  -p latchkey-testing
  -p latchkey-app
  -p latchkey-server
  -p latchkey-follower
  -p latchkey-checker
)
FRONT_PACKAGE=latchkey-frontend
MEMBERS=(types authority identity migrations testing app server frontend)

export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
