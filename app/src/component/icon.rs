//! Line drawings, inline so that they cost no request and follow the colour of the text.

use leptos::prelude::*;

/// What an icon shows. Each is one path in a box of 24 by 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "ssr"),
    expect(dead_code, reason = "most icons are drawn by the server alone")
)]
pub(crate) enum Glyph {
    Alert,
    ArrowLeft,
    ArrowRight,
    Branch,
    Check,
    Close,
    Cross,
    Device,
    Info,
    Key,
    LetterG,
    Link,
    Menu,
    Monitor,
    Moon,
    People,
    Phone,
    Program,
    Search,
    SignOut,
    Sun,
    Tablet,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Alert => "M12 4.5 20.8 19.5H3.2ZM12 10v4M12 16.8v.01",
            Self::ArrowLeft => "M19 12H5M11 6l-6 6 6 6",
            Self::ArrowRight => "M5 12h14M13 6l6 6-6 6",
            Self::Branch => {
                "M9.5 5.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0ZM9.5 18.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0ZM19.5 8.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0ZM7 8v8M17 11c0 3.2-3.2 3.6-6 4.2"
            }
            Self::Check => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM8.3 12.3l2.5 2.5 4.9-5.4",
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Cross => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM9 9l6 6M15 9l-6 6",
            Self::Device => {
                "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM3 12h18M12 3c5 5.2 5 12.8 0 18M12 3c-5 5.2-5 12.8 0 18"
            }
            Self::Info => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 11v5.2M12 7.8v.01",
            Self::Key => {
                "M12.5 8.5a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0ZM11.2 11.7 20.5 21M17 17.5l2.2-2.2M14 14.5l1.7-1.7"
            }
            Self::LetterG => "M18.5 6.8A8 8 0 1 0 20 12H12.5",
            Self::Link => {
                "M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.3-1.3"
            }
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Monitor => {
                "M4.5 4.5h15A1.5 1.5 0 0 1 21 6v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15V6a1.5 1.5 0 0 1 1.5-1.5ZM12 16.5V20M8.5 20h7"
            }
            Self::People => {
                "M12.5 8A3.5 3.5 0 1 1 5.5 8a3.5 3.5 0 0 1 7 0ZM2.5 19.5c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18 14.4c1.9.8 3.1 2.5 3.5 5.1"
            }
            Self::Phone => {
                "M8.5 2.5h7A1.5 1.5 0 0 1 17 4v16a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 7 20V4a1.5 1.5 0 0 1 1.5-1.5ZM11 18.5h2"
            }
            Self::Program => {
                "M4.5 4.5h15A1.5 1.5 0 0 1 21 6v12a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 18V6a1.5 1.5 0 0 1 1.5-1.5ZM7 9.5l3 2.5-3 2.5M12.5 15H16.5"
            }
            Self::Moon => "M20 14.2A8.5 8.5 0 0 1 9.8 4 8.5 8.5 0 1 0 20 14.2Z",
            Self::Search => "M17.5 11a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM15.8 15.8 20 20",
            Self::SignOut => {
                "M11 4H5.5A1.5 1.5 0 0 0 4 5.5v13A1.5 1.5 0 0 0 5.5 20H11M10 12h10M16.5 8.5 20 12l-3.5 3.5"
            }
            Self::Sun => {
                "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4"
            }
            Self::Tablet => {
                "M6.5 3h11A1.5 1.5 0 0 1 19 4.5v15a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 19.5v-15A1.5 1.5 0 0 1 6.5 3ZM11 18h2"
            }
        }
    }
}

/// An icon beside text that says the same: hidden from screen readers.
#[component]
pub(crate) fn Icon(
    /// What it shows.
    glyph: Glyph,
    /// Its size and colour.
    #[prop(default = "size-4")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class=format!("shrink-0 {class}")
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=glyph.path()></path>
        </svg>
    }
    .into_any()
}
