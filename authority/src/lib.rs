//! Who may still act: users' standing, sessions, permissions, signals and the record.
//!
//! Nothing here knows of HTTP, pages, passwords or mail. Reads are plain functions over a
//! connection. Every change of authority goes through one door, [`AuthorityTx`], which commits
//! the change, its audit event and its signal together or not at all.
//!
//! Where to look:
//! - [`access_token`]: short-lived tokens, minted and verified;
//! - [`key`]: what signs them, and its life;
//! - [`family`]: refresh families and their tokens;
//! - [`incident`]: tokens used as they should not be;
//! - [`session`]: made, checked, listed, ended, swept;
//! - [`user`]: roles, disabling, the locks that order changes;
//! - [`audit`]: the record, its seals and their verification;
//! - [`activity`]: how much happened, hour by hour;
//! - [`bulk`]: many sessions or families ended by one order;
//! - [`recover`]: after a restore from backup;
//! - [`signal`]: what other nodes are told;
//! - [`feed`]: how each node hears of it, and knows that it has;
//! - [`node`]: which nodes there are, and when each had applied a revocation;
//! - [`sealed`] and [`spent`]: what others carry for us, and what may be used once;
//! - [`principal`]: who a request acts for, and what they may do.

#![warn(missing_docs)]

pub mod access_token;
pub mod activity;
pub mod audit;
mod authority;
pub mod bulk;
pub mod caller;
pub mod clock;
pub mod database;
mod entity;
mod error;
pub mod family;
pub mod feed;
pub mod incident;
pub mod key;
pub mod master_key;
pub mod node;
pub mod page;
pub mod principal;
mod proved;
pub mod random;
pub mod recover;
pub mod sealed;
pub mod session;
pub mod signal;
pub mod spent;
mod tx;
pub mod user;

pub use authority::{Authority, FamilyPolicy, Policy, SessionPolicy, TokenPolicy};
pub use error::{ActError, StoreError};
pub use proved::Proved;
pub use tx::{AuthorityTx, Lock, LockedUser};
