//! The use cases of `identity` on a real database, from outside.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up must fail loudly"
)]

mod account;
mod change_password;
mod create_user;
mod invitations;
mod names;
mod password;
mod races;
mod security_events;
mod setup;
mod sign_in;
mod sign_up;
mod support;
