//! The pages: what each one shows.

pub mod account;
pub mod admin_audit;
pub mod admin_overview;
pub mod admin_sessions;
mod admin_user;
pub mod admin_users;
pub mod error;
pub mod login;
pub mod register;
pub mod security;
pub mod sessions;
pub mod setup;
