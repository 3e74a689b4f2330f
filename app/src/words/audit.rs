//! What the page of the record says, and every list of events.

pub(crate) const TITLE: &str = "Audit";
pub(crate) const ABOUT: &str =
    "What happened, who did it and from where. Nothing on this record can be changed here.";
pub(crate) const FILTER: &str = "Filter the record";
pub(crate) const ITS_ID: &str = "Its id";
pub(crate) const ITS_ID_IN_LOG: &str = "Its id, from the log";
pub(crate) const NONE_MATCH: &str = "No events match";
pub(crate) const NONE_FITS: &str = "Nothing on the record fits all of what you ask for.";

/// What a list of events says.
pub(crate) mod list {
    pub(crate) const CAPTION: &str = "Events on the record";
    pub(crate) const WHO: &str = "Who";
    /// Between who did it and to whom.
    pub(crate) const ABOUT: &str = "about ";
    /// After a name that is known only as it was typed.
    pub(crate) const AS_TYPED: &str = "as typed";

    // The panel with everything that is known of one.
    pub(crate) const DETAILS: &str = "Details";
    pub(crate) const TYPED: &str = "Typed";
    pub(crate) const FURTHER: &str = "Further";
    pub(crate) const WHAT_CAME_OF_IT: &str = "What came of it";
    pub(crate) const THE_BULK_END: &str = "The bulk end";

    /// The button that opens it, to those who hear it alone.
    pub(crate) fn details_of(event: &str) -> String {
        format!("{DETAILS} of {event}")
    }
}
