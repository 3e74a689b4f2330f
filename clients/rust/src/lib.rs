//! For services that take Latchkey's access tokens: what was ended is refused within a bound, and
//! so is everything while that cannot be known.
//!
//! A [`Follower`] keeps an index of what ended, fed by Latchkey over a long poll in a task of the
//! caller's tokio runtime. A [`Verifier`] verifies an access token and asks the follower; a check
//! costs no request and takes no lock. [`FollowLayer`] does so before a tower service:
//!
//! ```no_run
//! use axum::{Extension, Router, routing::get};
//! use latchkey_follower::{FollowLayer, Follower, Principal, Settings, Verifier};
//!
//! async fn report(Extension(who): Extension<Principal>) -> String {
//!     format!("for {}", who.user_id)
//! }
//!
//! # async fn example(token: String) -> Result<(), Box<dyn std::error::Error>> {
//! // One of Latchkey's `LATCHKEY_FOLLOWER_TOKENS`.
//! let follower = Follower::start(Settings::new("https://id.example.com", token))?;
//! let app: Router = Router::new()
//!     .route("/report", get(report))
//!     .layer(FollowLayer::new(Verifier::new(follower)));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! axum::serve(listener, app).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Without a token that is good the answer is 401 in the shape that front ends of `SimpleJWT` know;
//! while nobody can know, it is 503 with `Retry-After`.

#![warn(missing_docs)]

mod clock;
mod error;
mod follower;
mod index;
mod keys;
mod layer;
#[cfg(test)]
mod testing;
mod transport;
mod verifier;
mod wire;

pub use self::{
    clock::{Clock, SystemClock},
    error::{Refusal, SettingsError},
    follower::{Follower, Settings},
    layer::{Follow, FollowLayer},
    verifier::{Principal, Verifier},
};
