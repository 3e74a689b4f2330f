//! Times in the viewer's zone.

use leptos::prelude::*;

/// Words every time of the page for the viewer's zone and language, and keeps ages fresh.
#[island]
pub fn LocalTimes() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::start();
}

#[cfg(feature = "hydrate")]
mod browser;
