//! The server as its users meet it: through the production router, without a port.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must fail loudly"
)]

mod account;
mod activity;
mod api;
mod app;
mod bearer;
mod browser;
mod bulk_ends;
mod check;
mod closed;
mod console;
mod dump;
mod error_pages;
mod expiry;
mod exports;
mod families;
mod follower;
mod followers;
mod fresh_forms;
mod golden;
mod google_risc;
mod headers;
mod invitations;
mod key_page;
mod limits;
mod list_pages;
mod metrics;
mod nodes;
mod openapi;
mod openid;
mod oracle;
mod origin;
mod programs;
mod providers;
mod rates;
mod renewal;
mod routes;
mod scriptless;
mod security_events;
mod served;
mod settings_page;
mod setup;
mod sign_in;
mod sign_up;
mod stale_principal;
mod theme;
mod threats;
mod token_command;
mod token_cookies;
mod tokens;
mod two_clocks;
mod well_known;
mod zero_queries;
