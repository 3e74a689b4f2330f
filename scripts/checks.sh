# shellcheck shell=bash
# What is looked at without running the program. Sourced by check.sh and test.sh.

# Never --workspace or --all-features: see HOST_PACKAGES in env.sh.

check_format() { cargo fmt --check; }

check_clippy() { cargo clippy "${HOST_PACKAGES[@]}" --all-targets -- -D warnings; }

# In cargo-leptos's own target folder for the front end, so that what runs at build time is compiled once for both.
check_clippy_wasm() {
  cargo clippy -p "$FRONT_PACKAGE" --target "$WASM_TARGET" --target-dir "$TARGET_DIR/front" -- -D warnings
}

# Also proves that the lock file is what Cargo.toml asks for.
check_deny() { cargo deny --locked check licenses bans sources; }

check_dependency_rule() { "$ROOT/scripts/dependency-rule.sh"; }

check_docs() { RUSTDOCFLAGS='-D warnings' cargo doc --no-deps "${HOST_PACKAGES[@]}"; }

all_checks() {
  part "format" check_format
  part "clippy, server side" check_clippy
  part "clippy, browser side" check_clippy_wasm
  part "licences, sources, duplicates" check_deny
  part "dependency rule" check_dependency_rule
  part "documentation" check_docs
}
