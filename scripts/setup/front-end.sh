# shellcheck shell=bash
# What turns the sources into a site: wasm-bindgen, Tailwind, wasm-opt, cargo-leptos. Sourced by scripts/setup.sh.

setup_front_end() {
  step "wasm-bindgen $WASM_BINDGEN_VERSION (a few minutes)" has_wasm_bindgen install_wasm_bindgen \
    "cargo install wasm-bindgen-cli --version $WASM_BINDGEN_VERSION --root '$WASM_BINDGEN_HOME'"
  step "Tailwind and wasm-opt" has_style_packages install_style_packages "(cd style && npm ci)"
  step "cargo-leptos $CARGO_LEPTOS_VERSION (several minutes)" has_cargo_leptos install_cargo_leptos \
    "cargo install --locked --debug --features no_downloads cargo-leptos --version $CARGO_LEPTOS_VERSION --root '$CARGO_LEPTOS_HOME'"
}

# cargo_tool HOME CRATE VERSION ARGUMENTS…: a cargo command in a folder of its own, whole or not at all.
# Ready-made where cargo-binstall is there and finds it, else compiled.
cargo_tool() {
  local home="$1" crate="$2" version="$3" build
  shift 3
  build="$TOOLS/build/$(basename "$home")"
  rm -rf "$home.new"
  if ! ready_made "$home.new" "$crate" "$version"; then
    # The target folder outlives an interruption: the next try goes on where this one stopped.
    (cd "$TOOLS" && CARGO_TARGET_DIR="$build" cargo install "$crate" --version "$version" \
      --force --no-track --root "$home.new" "$@" >&2)
  fi
  rm -rf "$home"
  mv "$home.new" "$home"
  rm -rf "$build"
}

ready_made() {
  have cargo-binstall || return 1
  timeout 180 cargo-binstall --no-confirm --no-symlinks --no-track --strategies crate-meta-data,quick-install \
    --install-path "$1/bin" "$2@$3" >&2 || {
    say "cargo-binstall did not bring $2; compiling it."
    rm -rf "$1"
    return 1
  }
}

has_wasm_bindgen() { [ -x "$WASM_BINDGEN_HOME/bin/wasm-bindgen" ]; }

# Optimised a little: it reads the whole wasm at every build. Without --locked: its lock file has named versions that
# were withdrawn.
install_wasm_bindgen() {
  export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0
  cargo_tool "$WASM_BINDGEN_HOME" wasm-bindgen-cli "$WASM_BINDGEN_VERSION" --bin wasm-bindgen
}

has_cargo_leptos() { [ -x "$CARGO_LEPTOS_HOME/bin/cargo-leptos" ]; }

# A debug build: it only starts other programs, and its release profile takes five times as long to compile.
install_cargo_leptos() {
  export CARGO_PROFILE_DEV_DEBUG=0
  cargo_tool "$CARGO_LEPTOS_HOME" cargo-leptos "$CARGO_LEPTOS_VERSION" --locked --debug --features no_downloads
}

has_style_packages() { has_npm_packages style; }
install_style_packages() { install_npm_packages style; }
