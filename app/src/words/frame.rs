//! What stands around every page: the document's title, the bar at the top, the looks.

use crate::Theme;

pub(crate) const PRODUCT: &str = "Latchkey";
pub(crate) const SKIP: &str = "Skip to content";
pub(crate) const MENU: &str = "Menu";
pub(crate) const CONSOLE: &str = "Console";
/// After the number of threats that nobody has looked at.
pub(crate) const UNREAD: &str = " unread";
pub(crate) const READ_ONLY: &str = "Read only";
pub(crate) const THEME: &str = "Theme";

/// The title of the document.
pub(crate) fn title(page: &str) -> String {
    format!("{page} · {PRODUCT}")
}

/// What a theme is called.
pub(crate) const fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "System theme",
        Theme::Light => "Light theme",
        Theme::Dark => "Dark theme",
    }
}
