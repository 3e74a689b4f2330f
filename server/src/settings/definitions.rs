//! The table of settings.

use super::{Definition, Group};

const fn setting(
    group: Group,
    name: &'static str,
    default: &'static str,
    about: &'static str,
) -> Definition {
    Definition {
        group,
        name,
        default,
        secret: false,
        about,
    }
}

const fn secret(group: Group, name: &'static str, about: &'static str) -> Definition {
    Definition {
        group,
        name,
        default: "",
        secret: true,
        about,
    }
}

/// Every setting there is.
pub const DEFINITIONS: &[Definition] = &[
    setting(
        Group::Server,
        "listen",
        "127.0.0.1:3000",
        "Address and port to listen on.",
    ),
    setting(
        Group::Server,
        "base_url",
        "",
        "The address that browsers use; `http://` and the listen address where unset. Plain http only on loopback.",
    ),
    secret(
        Group::Server,
        "database_url",
        "`sqlite://…` or `postgres://…`; `latchkey.db` in the data folder where unset.",
    ),
    setting(
        Group::Server,
        "data_dir",
        "data",
        "Folder of the embedded database and the key file.",
    ),
    secret(
        Group::Server,
        "master_key",
        "Master keys, 32 bytes in base64url each, with commas between, the current one first; the key file in the data folder where unset. Required with PostgreSQL.",
    ),
    secret(
        Group::Server,
        "database_feed_url",
        "`postgres://…` of the database server itself, for the feed of signals, where `database_url` goes through a pooler; the same as that where unset.",
    ),
    setting(
        Group::Following,
        "max_staleness",
        "2s",
        "So long after it was acknowledged an end may be unknown to a node. With `0` every check asks the database what is new.",
    ),
    secret(
        Group::Following,
        "follower_tokens",
        "Tokens with which resource servers follow `/api/signals`, at least 32 characters each, with commas between; nobody may where unset.",
    ),
    setting(
        Group::Watching,
        "metrics_listen",
        "",
        "Address and port of a listener of its own for `/metrics`.",
    ),
    secret(
        Group::Watching,
        "metrics_token",
        "The token, at least 32 characters, with which `/metrics` is read at the main address; nobody may there where unset.",
    ),
    secret(
        Group::Server,
        "redis_url",
        "`redis://…` of a Redis or Valkey for counters that several nodes share; in memory where unset.",
    ),
    setting(
        Group::Server,
        "site_dir",
        "",
        "Folder of the built stylesheet and wasm; `site` beside the program where unset.",
    ),
    setting(
        Group::Server,
        "trusted_proxies",
        "",
        "Networks whose `X-Forwarded-For` is believed, with commas between.",
    ),
    setting(
        Group::FrontEnds,
        "allowed_origins",
        "",
        "Further origins whose pages may sign users in and act for them through the calls for front ends (`/api/auth`, `/api/token`, `/api/me`), with cookies and a CSRF token, and may call the rest of the API with an access token in the header; with commas between.",
    ),
    setting(
        Group::Sessions,
        "session_idle_ttl",
        "7d",
        "A session ends when it was not used for this long.",
    ),
    setting(
        Group::Sessions,
        "session_ttl",
        "30d",
        "A session ends this long after sign-in, used or not; 30d at most.",
    ),
    setting(
        Group::Sessions,
        "session_keep_ended",
        "90d",
        "Ended sessions stay listed for this long.",
    ),
    setting(
        Group::Tokens,
        "access_ttl",
        "15m",
        "An access token is good for this long; 15m at most.",
    ),
    setting(
        Group::Tokens,
        "access_algorithm",
        "EdDSA",
        "What signs access tokens: `EdDSA`, `ES256` or `RS256`.",
    ),
    setting(
        Group::Tokens,
        "access_audience",
        "",
        "For whom access tokens are (`aud`); the base URL where unset.",
    ),
    setting(
        Group::Tokens,
        "refresh_ttl",
        "7d",
        "A refresh family ends when it was not refreshed for this long; 30d at most.",
    ),
    setting(
        Group::Tokens,
        "family_ttl",
        "30d",
        "A refresh family ends this long after sign-in, refreshed or not; 30d at most.",
    ),
    setting(
        Group::Tokens,
        "refresh_grace",
        "10s",
        "A refresh token that was just rotated is answered with the current one for this long; 1m at most, `0` for never.",
    ),
    setting(
        Group::Tokens,
        "refresh_lost_response",
        "on",
        "Whether a client that lost the reply to a refresh may go on after the grace: `on` or `off`.",
    ),
    setting(
        Group::People,
        "sign_up",
        "open",
        "Who may make an account: `open` (by the form only on a loopback base URL until mail is configured; through a provider elsewhere too, where it is written), `invited` (only by a link that an administrator made) or `closed` (an administrator makes every account, and its owner sets the first password by a link).",
    ),
    setting(
        Group::FrontEnds,
        "api_password_login",
        "on",
        "Whether programs may sign in with a password (`/api/auth/token/`, `/api/auth/login/`, `/api/auth/registration/`, `/api/token/`): `on` or `off`.",
    ),
    setting(
        Group::FrontEnds,
        "access_cookie",
        "",
        "Name of the access token's cookie, for a front end that knows it under another one; `__Host-latchkey-access` under https where unset.",
    ),
    setting(
        Group::FrontEnds,
        "refresh_cookie",
        "",
        "Name of the refresh token's cookie; `__Secure-latchkey-refresh` under https where unset.",
    ),
    setting(
        Group::FrontEnds,
        "refresh_cookie_path",
        "/api/auth",
        "Path to which the refresh token's cookie is sent.",
    ),
    setting(
        Group::Providers,
        "google_client_id",
        "",
        "Client id of sign-in with Google; docs/google.md says how to get one.",
    ),
    secret(Group::Providers, "google_client_secret", "Its secret."),
    setting(
        Group::Providers,
        "google_issuer",
        "https://accounts.google.com",
        "Google's issuer.",
    ),
    setting(
        Group::Providers,
        "google_hosted_domains",
        "",
        "Organisations whose people may sign in with Google (the claim `hd`), with commas between; everybody where unset.",
    ),
    setting(
        Group::Providers,
        "google_risc_issuer",
        "https://accounts.google.com/",
        "Who signs Google's security events.",
    ),
    setting(
        Group::Providers,
        "google_risc_configuration",
        "https://accounts.google.com/.well-known/risc-configuration",
        "Where Google says with which keys they are signed.",
    ),
    secret(
        Group::Providers,
        "providers",
        "Other providers: `[[provider]]` tables in `latchkey.toml`, or the same as a JSON list here: `id`, `name`, `kind` (`openid` or `github`), `issuer`, `client_id`, `client_secret`, `scopes`, `icon`, `trust_email` (off).",
    ),
    setting(
        Group::Providers,
        "provider_redirect_uris",
        "",
        "Where a front end of yours may have had a provider send a code that it hands to `/api/auth/google/`, with commas between.",
    ),
    setting(
        Group::People,
        "rate_limit",
        "on",
        "Limits on failed sign-ins and on refreshes: `on` or `off`.",
    ),
    setting(
        Group::Passwords,
        "password_memory",
        "19456",
        "Memory of one password hash in KiB (Argon2id `m`).",
    ),
    setting(
        Group::Passwords,
        "password_iterations",
        "2",
        "Passes of one password hash (Argon2id `t`).",
    ),
    setting(
        Group::Passwords,
        "password_parallelism",
        "1",
        "Lanes of one password hash (Argon2id `p`).",
    ),
    setting(
        Group::Passwords,
        "password_queue",
        "64",
        "Password hashes that may wait before sign-ins are answered with 503.",
    ),
    setting(
        Group::Server,
        "migrate",
        "",
        "`on` lets `serve` migrate a PostgreSQL database; an embedded one is always migrated.",
    ),
    setting(
        Group::Watching,
        "log_format",
        "",
        "`text` or `json`; text on a terminal and JSON otherwise where unset.",
    ),
    setting(
        Group::Watching,
        "log",
        "info",
        "What is logged, e.g. `info` or `latchkey_server=debug`.",
    ),
    secret(
        Group::People,
        "bootstrap_admin_email",
        "Makes the first administrator at start, where there has never been one.",
    ),
    secret(
        Group::People,
        "bootstrap_admin_password",
        "The password of that administrator.",
    ),
];
