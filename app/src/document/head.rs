//! The head of the document: what the browser loads, and in which order.

use leptos::prelude::*;

use crate::{Assets, Theme, words::frame};

/// Starts the islands. It takes both addresses from the links above it, so that its text is the
/// same on every page. Each island is an exported function named by its element.
const START_ISLANDS: &str = r#"const[s,w]=document.querySelectorAll("link[data-islands]");const m=await import(s.href);await m.default({module_or_path:w.href});m.hydrate();for(const e of document.querySelectorAll("leptos-island"))m[e.dataset.component](e)"#;

/// The head. Without a nonce there is no script in it.
#[component]
pub(super) fn Head(
    /// The page's title.
    title: String,
    /// Where the built files are.
    assets: Assets,
    /// The nonce of the inline script.
    nonce: Option<String>,
    /// The theme.
    theme: Theme,
    /// Whether the page begins with the bar, which has a ground of its own.
    has_bar: bool,
) -> impl IntoView {
    let script = nonce.map(|nonce| {
        view! {
            <link
                rel="modulepreload"
                href=assets.script
                nonce=nonce.clone()
                data-islands
            />
            <link
                rel="preload"
                href=assets.wasm
                r#as="fetch"
                type="application/wasm"
                crossorigin="anonymous"
                data-islands
            />
            <script type="module" nonce=nonce>
                {START_ISLANDS}
            </script>
        }
    });
    // The browser's own bar takes the ground of what it stands above.
    let grounds = match theme {
        Theme::System => [Theme::Light, Theme::Dark]
            .map(|theme| {
                let media = format!("(prefers-color-scheme: {})", theme.as_str());
                view! { <meta name="theme-color" content=ground(theme, has_bar) /> }
                    .attr("media", media)
            })
            .into_any(),
        forced => view! { <meta name="theme-color" content=ground(forced, has_bar) /> }.into_any(),
    };
    view! {
        <head>
            <meta charset="utf-8" />
            <title>{frame::title(&title)}</title>
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content=theme.scheme() />
            {grounds}
            <meta name="robots" content="noindex" />
            <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
            <link rel="stylesheet" href=assets.stylesheet />
            {script}
        </head>
    }
    .into_any()
}

/// The colour at the top of the page: `--color-surface` or `--color-canvas` of the stylesheet.
const fn ground(theme: Theme, has_bar: bool) -> &'static str {
    match (theme, has_bar) {
        (Theme::Dark, true) => "#171b1c",
        (Theme::Dark, false) => "#0e1213",
        (Theme::System | Theme::Light, true) => "#ffffff",
        (Theme::System | Theme::Light, false) => "#f8fafa",
    }
}
