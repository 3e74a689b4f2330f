//! The server as its users meet it: through the production router, without a port.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must fail loudly"
)]

mod account;
mod api;
mod app;
mod bearer;
mod browser;
mod check;
mod closed;
mod console;
mod dump;
mod expiry;
mod exports;
mod families;
mod follower;
mod followers;
mod golden;
mod google_risc;
mod headers;
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
mod setup;
mod sign_in;
mod sign_up;
mod stale_principal;
mod threats;
mod token_cookies;
mod tokens;
mod two_clocks;
mod well_known;
mod zero_queries;
