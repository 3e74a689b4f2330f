//! Sessions: one browser signed in, from sign-in to the day its row is forgotten.
//!
//! - [`create`] makes one, in a transaction that has locked its user;
//! - [`Cookie`] is the secret that the browser holds; the database holds its hash;
//! - [`check`] decides whether it may act, on every request;
//! - [`end`] holds every way of ending one;
//! - [`through`] is those that took a provider's word;
//! - [`list`] is what the account page and the console show;
//! - [`LastSeen`] and [`sweep`] do the bookkeeping off the path of requests.

mod check;
mod cookie;
mod create;
pub mod end;
mod list;
mod narrow;
mod seen;
mod sweep;
pub mod through;

pub use check::{Check, check};
pub(crate) use check::{SessionCopy, over};
pub(crate) use cookie::{BoundCookie, CookieHash};
pub use cookie::{Cookie, RENEWAL_GRACE, bind, bound_session, unbind};
pub use create::{NewSession, create};
pub use list::{
    Ended, SessionFilter, SessionRow, count_live, list, list_live_of_user, one, window,
};
pub(crate) use narrow::condition;
pub use seen::LastSeen;
pub use sweep::{Swept, sweep};
