//! The pages: what each one shows.

pub mod account;
pub mod admin_audit;
pub mod admin_families;
pub mod admin_family;
pub mod admin_keys;
pub mod admin_nodes;
pub mod admin_overview;
pub mod admin_sessions;
pub mod admin_threat;
pub mod admin_threats;
mod admin_user;
pub mod admin_users;
pub mod api_docs;
pub mod connections;
pub mod error;
pub mod families;
pub mod lead_on;
pub mod listing;
pub mod login;
pub mod provider;
pub mod provider_failure;
pub mod register;
pub mod security;
pub mod sessions;
pub mod setup;
pub mod threats;
