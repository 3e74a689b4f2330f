//! What people read: every word of the pages, and of what a screen reader says of them.
//!
//! Pages and components hold no words of their own, so that a text is found, judged and changed in one
//! place. A module here is about one page or what pages share, and has its name; what several pages say
//! stands in [`common`], what the parts of pages say in [`part`]. Sentences are plain and short, and
//! nobody is shouted at.
//!
//! A text with a link in it is cut where the markup begins: the parts are named for what stands before
//! and after them, and keep their spaces.
//!
//! Closed sets that also stand in the database or in JSON (roles, states, kinds of events) have their
//! labels in `latchkey_types`. What the server tells programs as well as people it words itself: failures
//! in `server/src/failure/words.rs`, what is wrong with a field or a filter where it is read, what a
//! setting does beside it. So are the titles of documents, which stand in the handlers.

pub(crate) mod phrase;
pub(crate) mod tallies;

#[cfg(feature = "ssr")]
pub(crate) mod account;
#[cfg(feature = "ssr")]
pub(crate) mod api_docs;
#[cfg(feature = "ssr")]
pub(crate) mod audit;
#[cfg(feature = "ssr")]
pub(crate) mod bulk;
#[cfg(feature = "ssr")]
pub(crate) mod common;
#[cfg(feature = "ssr")]
pub(crate) mod connections;
#[cfg(feature = "ssr")]
pub(crate) mod entry;
#[cfg(feature = "ssr")]
pub(crate) mod failure;
#[cfg(feature = "ssr")]
pub(crate) mod families;
#[cfg(feature = "ssr")]
pub(crate) mod frame;
#[cfg(feature = "ssr")]
pub(crate) mod invite;
#[cfg(feature = "ssr")]
pub(crate) mod keys;
#[cfg(feature = "ssr")]
pub(crate) mod nodes;
#[cfg(feature = "ssr")]
pub(crate) mod notice;
#[cfg(feature = "ssr")]
pub(crate) mod overview;
#[cfg(feature = "ssr")]
pub(crate) mod part;
#[cfg(feature = "ssr")]
pub(crate) mod security;
#[cfg(feature = "ssr")]
pub(crate) mod sessions;
#[cfg(feature = "ssr")]
pub(crate) mod settings;
#[cfg(feature = "ssr")]
pub(crate) mod story;
#[cfg(feature = "ssr")]
pub(crate) mod threats;
#[cfg(feature = "ssr")]
pub(crate) mod times;
#[cfg(feature = "ssr")]
pub(crate) mod users;

#[cfg(test)]
mod tests;
