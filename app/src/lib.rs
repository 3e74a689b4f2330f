//! Pages, components and islands.
//!
//! Pages are plain HTML from the server: each is a struct of data in [`page`] and a view of it.
//! Who may see a page, what is in it and what a form does is decided in `server`; nothing here
//! reads a database or a clock. What must move in the browser is an island, in [`island`].

#![warn(missing_docs)]

#[expect(unreachable_pub, reason = "what the component macro writes is public")]
mod component;
#[expect(unreachable_pub, reason = "what the component macro writes is public")]
pub mod island;
mod words;

#[cfg(feature = "ssr")]
#[expect(unreachable_pub, reason = "what the component macro writes is public")]
mod document;
#[cfg(feature = "ssr")]
mod notice;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
mod theme;

pub use words::phrase::Tally;

#[cfg(feature = "ssr")]
pub use document::{Assets, Frame, Page, Section, Viewer, render};
#[cfg(feature = "ssr")]
pub use notice::Notice;
#[cfg(feature = "ssr")]
pub use theme::Theme;
#[cfg(feature = "ssr")]
pub use words::phrase::wait;
