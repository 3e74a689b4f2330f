//! What the parts say that many pages have: filters, fields, pagers, panels, names of programs.

// Below and between the fields of forms.
pub(crate) const CHECK: &str = "Check: ";
pub(crate) const NEW_PASSWORD_HINT: &str = "At least 15 characters. A few unrelated words in a row are easy to remember and hard to guess.";
pub(crate) const OPTIONAL: &str = " (optional)";
/// Between the links to providers and the form.
pub(crate) const OR: &str = "or";

// The filter of a list.
pub(crate) const ANY: &str = "Any";
pub(crate) const CLEAR: &str = "Clear";
pub(crate) const DAY_EXAMPLE: &str = "2026-01-31";
pub(crate) const FILTER: &str = "Filter";
pub(crate) const FROM_DAY: &str = "From (UTC)";
pub(crate) const MORE_FILTERS: &str = "More filters";
pub(crate) const ORDER: &str = "Order";
pub(crate) const TO_DAY: &str = "To (UTC)";

// Kinds of devices.
pub(crate) const DESKTOP: &str = "Desktop";
pub(crate) const PHONE: &str = "Phone";
pub(crate) const ROBOT: &str = "Robot";
pub(crate) const APPLIANCE: &str = "Appliance";

// The way through a list.
pub(crate) const PAGES: &str = "Pages";
pub(crate) const FIRST_PAGE: &str = "First page";
pub(crate) const PREVIOUS_PAGE: &str = "Previous page";
pub(crate) const NEXT_PAGE: &str = "Next page";
pub(crate) const LAST_PAGE: &str = "Last page";

/// The head of a column of buttons.
pub(crate) const ACTIONS: &str = "Actions";
/// Closes a panel.
pub(crate) const CLOSE: &str = "Close";
/// A time that no calendar reaches.
pub(crate) const UNKNOWN_TIME: &str = "unknown";

// The note above forms that ask for a recent sign-in.
pub(crate) const PROOF: &str = "You signed in more than 10 minutes ago, so a change here first asks you to sign in once more. ";
pub(crate) const PROOF_LINK: &str = "Do that now";

// What is not known of a browser or a program.
pub(crate) const UNKNOWN_BROWSER: &str = "Unknown browser";
pub(crate) const UNKNOWN_PROGRAM: &str = "Unknown program";
/// Within a sentence.
pub(crate) const AN_UNKNOWN_PROGRAM: &str = "an unknown program";

/// `Firefox on Windows 10`.
pub(crate) fn on(name: &str, system: &str) -> String {
    format!("{name} on {system}")
}

/// `Firefox on Linux, 192.0.2.1`.
pub(crate) fn at_address(name: &str, address: &str) -> String {
    format!("{name}, {address}")
}

/// `ann’s Firefox on Linux`.
pub(crate) fn whose(user: &str, name: &str) -> String {
    format!("{user}’s {name}")
}

/// The link to a provider.
pub(crate) fn continue_with(provider: &str) -> String {
    format!("Continue with {provider}")
}

/// The box that chooses a row, to those who hear it alone.
pub(crate) fn choose(row: &str) -> String {
    format!("Choose {row}")
}

/// A list that is cut off.
pub(crate) fn only_shown(shown: &str) -> String {
    format!("There are more: only {shown} are shown.")
}
