//! The schema, forward and back, and what the database itself refuses: on SQLite, or on PostgreSQL
//! where `LATCHKEY_TEST_DATABASE` names a server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up must fail loudly"
)]

mod append_only;
mod schema;
