//! Who someone is: accounts and passwords.
//!
//! Nothing here knows of HTTP or pages. Whatever changes something goes through `authority`'s one
//! door ([`latchkey_authority::AuthorityTx`]), with its event on the record.
//!
//! Where to look:
//! - [`name`]: usernames, e-mail addresses and their normal forms;
//! - [`password`]: what is accepted, and the bounded pool that hashes;
//! - [`account`]: reading accounts, and the directory of users;
//! - [`provider`]: Google and other providers: signing in, connecting;
//! - [`security_event`]: what Google tells of accounts that were taken over or disabled;
//! - one file for each use case: [`sign_in`], [`sign_up`], [`change_password`], [`change_username`],
//!   [`create_user`], [`bootstrap_administrator`], [`setup`], [`invitation`].
//!
//! Rules that hold in every use case:
//! - Passwords are hashed outside transactions: a hash takes as long as many transactions.
//! - Whether an account exists changes neither the answer nor the work where that is to stay
//!   hidden (invariant 10).

#![warn(missing_docs)]

pub mod account;
mod bootstrap;
mod change_password;
mod change_username;
mod create_user;
mod entity;
mod identity;
mod identity_block;
pub mod invitation;
mod link_code;
pub mod name;
mod new_account;
mod opening;
pub mod password;
pub mod provider;
mod replaced;
pub mod security_event;
pub mod setup;
mod sign_in;
mod sign_up;

pub use bootstrap::bootstrap_administrator;
pub use change_password::{ChangePasswordError, change_password, set_first_password};
pub use change_username::{ChangeUsernameError, change_username};
pub use create_user::{CreateUser, CreateUserError, create_user};
pub use identity::{Identity, SignedIn};
pub use link_code::LinkCode;
pub use sign_in::{SignInError, sign_in, sign_in_for_family};
pub use sign_up::{SignUp, SignUpError, SignUpForFamily, sign_up, sign_up_for_family};
