//! What any part of a page may need, without every view between handing it down.

use std::sync::Arc;

use latchkey_types::UnixMillis;
use leptos::prelude::*;

use crate::Theme;

/// Facts of the whole page. `render` provides them; islands must not ask for them.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    /// The token that every form carries.
    pub(crate) csrf: Arc<str>,
    /// The time at which the page was made.
    pub(crate) now: UnixMillis,
    /// The theme that this browser chose.
    pub(crate) theme: Theme,
    /// Where the form that changes it leads back to; `None` where there is none.
    pub(crate) here: Option<Arc<str>>,
}

/// The facts of the page that is being rendered.
#[expect(
    clippy::expect_used,
    reason = "a page without them would have forms that never work: better no page"
)]
pub(crate) fn around() -> Around {
    use_context().expect("`render` provides it before any view is made")
}
