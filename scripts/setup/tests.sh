# shellcheck shell=bash
# What only the tests need: servers, a browser, a clock to bend, the licence check. Sourced by scripts/setup.sh.

setup_tests() {
  step "Chromium" has_chromium install_chromium "apt-get install chromium"
  step "PostgreSQL" has_postgresql install_postgresql "apt-get install postgresql"
  step "Redis" has_redis install_redis "apt-get install redis-server (or any redis-server on PATH)"
  step "nginx" has_nginx install_nginx "apt-get install nginx (or any nginx with auth_request on PATH)"
  step "faketime" has_faketime install_faketime "apt-get install faketime"
  step "cargo-deny $CARGO_DENY_VERSION (a few minutes)" has_cargo_deny install_cargo_deny \
    "cargo install --locked --debug cargo-deny --version $CARGO_DENY_VERSION --root '$CARGO_DENY_HOME'"
  if [ -f "$ROOT/end2end/package-lock.json" ]; then
    step "npm packages of the journeys" has_journey_packages install_journey_packages "(cd end2end && npm ci)"
  fi
  setup_django
}

has_chromium() { have chromium || [ -n "${E2E_CHROMIUM:-}" ]; }
install_chromium() { apt_install chromium; }

has_postgresql() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
install_postgresql() { apt_install postgresql; }

# Debian's redis-server package would also start a service. Its program is the one that redis-tools brings under
# another name, which decides by the name it is called by.
has_redis() { have redis-server; }
install_redis() {
  apt_install redis-tools
  ln -sf /usr/bin/redis-check-rdb "$TOOLS/bin/redis-server"
}

# Debian's package would also start a service on port 80, so it is only unpacked, unless a library of it is missing.
has_nginx() { have nginx || [ -x /usr/sbin/nginx ]; }
install_nginx() {
  local folder="$TOOLS/nginx"
  have apt-get || {
    say "There is no apt-get here."
    return 1
  }
  apt_update
  rm -rf "$folder"
  mkdir -p "$folder/package"
  (cd "$folder/package" && apt-get download -qq nginx >&2)
  dpkg-deb -x "$folder"/package/nginx_*.deb "$folder"
  if "$folder/usr/sbin/nginx" -v >&2; then
    ln -sf "$folder/usr/sbin/nginx" "$TOOLS/bin/nginx"
  else
    apt_install nginx
  fi
}

has_faketime() { have faketime; }
install_faketime() { apt_install faketime; }

# Only the long tests fuzz.
setup_fuzz() {
  step "cargo-fuzz $CARGO_FUZZ_VERSION" has_cargo_fuzz install_cargo_fuzz \
    "cargo install --locked cargo-fuzz --version $CARGO_FUZZ_VERSION --root '$CARGO_FUZZ_HOME'"
}

has_cargo_fuzz() { [ -x "$CARGO_FUZZ_HOME/bin/cargo-fuzz" ]; }
install_cargo_fuzz() {
  export CARGO_PROFILE_DEV_DEBUG=0
  cargo_tool "$CARGO_FUZZ_HOME" cargo-fuzz "$CARGO_FUZZ_VERSION" --locked --debug
}

has_cargo_deny() { [ -x "$CARGO_DENY_HOME/bin/cargo-deny" ]; }
install_cargo_deny() {
  export CARGO_PROFILE_DEV_DEBUG=0
  cargo_tool "$CARGO_DENY_HOME" cargo-deny "$CARGO_DENY_VERSION" --locked --debug
}

has_journey_packages() { has_npm_packages end2end; }
install_journey_packages() { install_npm_packages end2end; }
