# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source this use them
# Building the program and its site. Sourced by the scripts that need one.

# Each site stands beside its program, which looks for it there: so both work from any folder.
RELEASE_SITE="$TARGET_DIR/release/site"
RELEASE_PROGRAM="$TARGET_DIR/release/latchkey"
DEV_SITE="$TARGET_DIR/debug/site"
DEV_PROGRAM="$TARGET_DIR/debug/latchkey"

# What a build is made of: newer than the stamp means that it is to be built again. Folders count too, because a
# removed file changes only its folder.
SOURCES=(Cargo.toml Cargo.lock .cargo app authority frontend identity migrations server types style scripts)

is_fresh() {
  local stamp="$1" path existing=()
  [ -f "$stamp" ] || return 1
  for path in "${SOURCES[@]}"; do
    if [ -e "$ROOT/$path" ]; then existing+=("$ROOT/$path"); fi
  done
  [ -z "$(find "${existing[@]}" -name node_modules -prune -o -newer "$stamp" -print -quit)" ]
}

# Even with nothing to do, cargo-leptos empties the site and makes it again; the stamp spares a second start that.
build_release() {
  local stamp="$RELEASE_SITE.built" begun
  claim_target_dir
  if [ -x "$RELEASE_PROGRAM" ] && [ -d "$RELEASE_SITE" ] && is_fresh "$stamp"; then return 0; fi
  begun="$(now_ms)"
  say "==> Building the server and its site, optimised (minutes, the first time) …"
  rm -f "$stamp"
  mkdir -p "$(dirname "$stamp")"
  # Its time is that of the beginning: what changes while it builds belongs to the next build.
  touch "$stamp.new"
  LEPTOS_SITE_ROOT="$RELEASE_SITE" cargo leptos build --release
  node "$ROOT/scripts/compress.mjs" "$RELEASE_SITE"
  mv "$stamp.new" "$stamp"
  say "<== Built: $(since "$begun") s"
}

# The site by cargo-leptos; the server out of the same packages as the tests, because out of fewer it would be compiled
# with other features, and so again.
build_dev() {
  claim_target_dir
  LEPTOS_SITE_ROOT="$DEV_SITE" cargo leptos build --frontend-only
  node "$ROOT/scripts/compress.mjs" "$DEV_SITE"
  cargo build "${HOST_PACKAGES[@]}" --bin latchkey
}

# The site alone, as it is shipped: for its bytes.
build_shipped_site() {
  claim_target_dir
  LEPTOS_SITE_ROOT="$1" cargo leptos build --release --frontend-only
  node "$ROOT/scripts/compress.mjs" "$1"
}
