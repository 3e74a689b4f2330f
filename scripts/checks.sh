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

# Whether `make prove` and `make checker` can apply them: a change beside one is noticed here, at once.
check_mutants() {
  local patch failed=''
  for patch in "$ROOT"/*/tests/mutants/*.patch "$ROOT"/bench/checker/faults/*.patch; do
    git apply --check --whitespace=nowarn "$patch" || failed="$failed $(basename "$patch")"
  done
  if [ -n "$failed" ]; then die "no longer fit what they break:$failed"; fi
}

check_docs() { RUSTDOCFLAGS='-D warnings' cargo doc --no-deps "${HOST_PACKAGES[@]}"; }

all_checks() {
  part "format" check_format
  part "patches of the mutants apply" check_mutants
  part "clippy, server side" check_clippy
  part "clippy, browser side" check_clippy_wasm
  part "licences, sources, duplicates" check_deny
  part "dependency rule" check_dependency_rule
  part "documentation" check_docs
}
