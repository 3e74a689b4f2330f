//! The sign-in server.
//!
//! A request's way through here: [`serve`] accepts it; the layers in `middleware` give it an
//! id, limits and headers; the [`routes`] table says what it may be; the guard in
//! `guard` turns it into a [`visit::Visit`] (who asks, from where, with what proof); a
//! handler in [`pages`] or [`api`] does the work through `identity` and `authority`; a
//! [`failure::Failure`] becomes a page or a problem document in one place.

#![warn(missing_docs)]

mod address;
pub mod api;
pub mod assets;
mod bearer;
pub mod cli;
mod cookies;
mod cors;
mod csrf;
mod device;
mod export;
pub mod failure;
mod form;
mod guard;
mod header;
mod jobs;
mod limits;
pub mod log;
pub mod metrics;
mod middleware;
mod operations;
mod origin;
pub mod pages;
pub mod rate;
pub mod routes;
pub mod serve;
mod session_store;
pub mod settings;
pub mod state;
mod user_agent;
pub mod visit;
mod well_known;
