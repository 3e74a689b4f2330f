#!/usr/bin/env bash
# Holds the workspace to its layering: who may depend on whom, and what must never reach a browser.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/env.sh
. "$HERE/env.sh"
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
cd "$ROOT"

# cargo resolves platforms and features; a reading of the manifests would have to do that again, and worse.
# crates PACKAGE ARGUMENTS…: sets NAMES to the crates in its tree, itself left out.
crates() {
  local package="$1" tree
  shift
  tree="$(cargo tree --quiet --locked -p "$package" --prefix none -f '{p}' "$@")" || die "cargo tree failed for $package $*"
  mapfile -t NAMES < <(cut -d ' ' -f 1 <<<"$tree" | sort -u | grep -vx "$package")
}

FAILED=''

fault() {
  say "  $*"
  FAILED=yes
}

# may_use PACKAGE "ALLOWED …" ARGUMENTS…: no crate of ours beyond those.
may_use() {
  local package="latchkey-$1" allowed=" $2 " name
  shift 2
  crates "$package" --depth 1 -e normal,build --target all "$@"
  for name in "${NAMES[@]}"; do
    case "$name" in latchkey-*) ;; *) continue ;; esac
    case "$allowed" in
      *" ${name#latchkey-} "*) ;;
      *) fault "$package must not depend on $name${*:+ (with $*)}" ;;
    esac
  done
}

# must_not_contain PACKAGE PATTERN ARGUMENTS…: nothing in its whole tree matches.
must_not_contain() {
  local package="latchkey-$1" pattern="^$2$" name
  shift 2
  crates "$package" "$@"
  for name in "${NAMES[@]}"; do
    if [[ $name =~ $pattern ]]; then
      fault "$package must not contain $name; see: cargo tree -p $package -i $name $*"
    fi
  done
}

layering() {
  may_use types ""
  may_use authority "types"
  may_use identity "authority types"
  may_use migrations "types"
  may_use testing "authority identity migrations types"
  may_use app "types"
  may_use app "types" --features hydrate
  may_use app "types authority identity" --features ssr
  may_use server "app identity authority migrations types"
  may_use frontend "app types"
  # A library for others: it needs nothing of ours.
  may_use follower ""
  # It judges from outside what the server answers: nothing of ours is in it.
  may_use checker ""
}

# Build scripts and procedural macros run on the machine that compiles; only what is linked counts.
browser() {
  must_not_contain frontend '(sea-orm|sea-query|sqlx|tokio|argon2|jsonwebtoken|aws-lc|rustls|openssl|ring)(-.*)?' \
    --target "$WASM_TARGET" -e normal,no-proc-macro
}

# So that its tests run in seconds, and what it decides does not depend on how somebody asked.
authority_is_plain() {
  must_not_contain authority \
    '(axum|hyper|tower-http|tower-sessions|leptos|lettre|reqwest|actix|warp|tonic|poem|rocket|oauth2|openidconnect)(-.*|_.*)?' \
    -e normal,no-proc-macro --target all
}

layering
browser
authority_is_plain
if [ -n "$FAILED" ]; then die "the dependency rule does not hold"; fi
