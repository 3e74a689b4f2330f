//! The use cases of authority against a real database: SQLite, or PostgreSQL where
//! `LATCHKEY_TEST_DATABASE` names a server.
//!
//! A test whose name begins with `i01_` holds up the first invariant of `DESIGN.md` §3, and so on.
//! `tests/mutants` holds patches that break an invariant on purpose; each must turn one red.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up must fail loudly"
)]

mod access_tokens;
mod activity;
mod bulk;
mod clock;
mod connection;
mod cookie;
mod families;
mod feed;
mod hanging_up;
mod keys;
mod last_seen;
mod lifetimes;
mod lists;
mod lists_agree;
mod lists_of_events;
mod nodes;
mod one_transaction;
mod operator;
mod race_of_administrators;
mod race_of_sessions;
mod read_again;
mod record;
mod recovering;
mod refusals;
mod roles;
mod rotation;
mod schema;
mod sealing;
mod secrets;
mod support;
mod sweeping;
mod tampering;
