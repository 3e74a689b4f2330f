# shellcheck shell=bash
# The compiler, and its standard library for wasm. Sourced by scripts/setup.sh.
#
# The ordinary road is rustup's. Where it is closed, or rustup's toolchain is too old, Debian's security archive has a
# current compiler with its source: the library is built once from that, and that one toolchain then builds
# everything, since two compilers would mean two full builds.

RUST_BY_HAND="rustup update stable && rustup target add $WASM_TARGET
  (or any toolchain on PATH of at least Rust $RUST_MINIMUM that has this target)"

setup_rust() {
  step "Rust with the standard library for $WASM_TARGET" has_rust install_rust "$RUST_BY_HAND"
}

has_rust() {
  use_recorded_toolchain
  is_new_enough && has_wasm_std
}

is_new_enough() {
  local version
  version="$(rustc --version 2>/dev/null | cut -d ' ' -f 2)"
  [ "$(printf '%s\n' "$RUST_MINIMUM" "${version:-0}" | sort -V | head -n 1)" = "$RUST_MINIMUM" ]
}

has_wasm_std() {
  local lib
  lib="$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$WASM_TARGET/lib"
  compgen -G "$lib/libstd-*.rlib" >/dev/null || return 1
  # What was built here belongs to one compiler; after an upgrade of it, it is built again.
  [ ! -e "$lib/built-for" ] || [ "$(<"$lib/built-for")" = "$(rustc --version)" ]
}

install_rust() {
  if is_new_enough && [ "${RUSTUP_TOOLCHAIN:-}" != system ] && have rustup; then
    say "Asking rustup for the target."
    if timeout 120 rustup target add "$WASM_TARGET" >&2; then return 0; fi
  elif ! is_new_enough; then
    say "$(rustc --version 2>&1 | head -n 1) is older than Rust $RUST_MINIMUM, which cargo-leptos needs."
  fi
  say "Taking Debian's compiler, and building the library from its source."
  install_debian_compiler
  build_wasm_std
  if have rustup; then
    rustup toolchain link system /usr
    printf 'system' >"$TOOLCHAIN_FILE"
  fi
}

# The linker has to be that of the compiler's LLVM; Debian's packages name its number.
install_debian_compiler() {
  local llvm
  apt_update
  llvm="$(apt-cache depends rust-web-llvm 2>/dev/null | sed -n 's/.* llvm-\([0-9][0-9]*\)$/\1/p' | head -n 1)"
  [ -n "$llvm" ] || { say "The package archive of this system has no rust-web-llvm."; return 1; }
  apt_install rustc-web cargo-web rust-web-src rust-web-llvm "lld-$llvm" rustfmt-web rust-web-clippy
}

build_wasm_std() {
  local build="$TOOLS/build/wasm-std" lib="/usr/lib/rustlib/$WASM_TARGET/lib"
  mkdir -p "$build/src"
  printf '[package]\nname = "standard"\nversion = "0.0.0"\nedition = "2021"\n\n[lib]\ncrate-type = ["cdylib"]\n\n[workspace]\n' \
    >"$build/Cargo.toml"
  : >"$build/src/lib.rs"
  # build-std is an unstable option: this variable lets the stable compiler have it, for this build only.
  ( cd "$build" && env -u RUSTUP_TOOLCHAIN -u CARGO_TARGET_DIR -u RUSTFLAGS \
      RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
      /usr/bin/cargo build --release --target "$WASM_TARGET" -Z build-std=std,panic_abort >&2 )
  rm -f "$build/target/$WASM_TARGET/release/deps/"libstandard*
  /usr/bin/rustc --version >"$build/built-for"
  # Moved into place whole, so that an interruption leaves no half of a library.
  as_root mkdir -p "$(dirname "$lib")"
  as_root rm -rf "$lib.new" "$lib"
  as_root mkdir "$lib.new"
  as_root cp "$build/target/$WASM_TARGET/release/deps/"lib*.rlib "$build/built-for" "$lib.new/"
  as_root mv "$lib.new" "$lib"
  rm -rf "$build"
}
