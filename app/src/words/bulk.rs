//! What the pages say on which many sessions or API sign-ins are ended at once, and the lists above
//! which that begins.

use latchkey_types::BulkTarget;

use super::{
    common,
    phrase::{Tally, counted},
};

/// The number with its noun: `412 sessions`, `more than 1,000,000 sessions`.
pub(crate) fn how_many(target: BulkTarget, tally: Tally) -> String {
    let text = common::number_of(target, tally.count);
    if tally.capped {
        format!("more than {text}")
    } else {
        text
    }
}

/// How far an order is, where that is all of it.
pub(crate) fn all_ended(target: BulkTarget, ended: Tally) -> String {
    let verb = if ended.count == 1 { "has" } else { "have" };
    format!("{} {verb} ended", how_many(target, ended))
}

/// How far it is: `200 of 412 sessions have ended`.
pub(crate) fn ended_of(target: BulkTarget, ended: Tally, found: Tally) -> String {
    let verb = if found.count == 1 { "has" } else { "have" };
    format!(
        "{} of {} {verb} ended",
        ended.text(),
        how_many(target, found)
    )
}

pub(crate) const WHICH: &str = "Which";

// How an order stands.
pub(crate) const RUNNING: &str = "Running";
pub(crate) const WAITING: &str = "Waiting";
pub(crate) const DONE: &str = "Done";
pub(crate) const STOPPED: &str = "Stopped";

/// Above a list.
pub(crate) mod bar {
    use super::{BulkTarget, counted};

    pub(crate) const END_SELECTED: &str = "End selected…";
    pub(crate) const SEE: &str = "See how far it is";

    /// The way to ending all that the list shows.
    pub(crate) const fn end_all(target: BulkTarget, narrowed: bool) -> &'static str {
        match (target, narrowed) {
            (_, true) => "End all that match…",
            (BulkTarget::Sessions, false) => "End all sessions…",
            (BulkTarget::Families, false) => "End all API sign-ins…",
        }
    }

    /// An order is carried out, and so many wait; before the link to it.
    pub(crate) fn news(progress: &str, waiting: u64) -> String {
        let waiting = match waiting {
            0 => String::new(),
            waiting => format!(
                " {} after it.",
                counted(waiting, "order waits", "orders wait")
            ),
        };
        format!("Many are being ended: {progress}.{waiting} ")
    }
}

/// The list of orders, and the page of one.
pub(crate) mod orders {
    use super::{BulkTarget, Tally, common, counted, how_many};

    pub(crate) const ABOUT: &str =
        "Many sessions or API sign-ins that were ended by one order. Kept for a year.";
    pub(crate) const NONE: &str = "Nothing was ended in bulk";
    pub(crate) const NONE_TEXT: &str =
        "Choose rows in the list of sessions or API sign-ins, or end all that match a filter.";
    pub(crate) const CAPTION: &str = "Orders to end many, newest first";
    pub(crate) const ORDERED: &str = "Ordered";
    pub(crate) const PROGRESS: &str = "Progress";
    /// Who ordered it where nobody is named.
    pub(crate) const COMMAND_LINE: &str = "the command line";

    // The page of one.
    pub(crate) const ALL: &str = "All bulk ends";
    pub(crate) const STOP: &str = "Stop";
    pub(crate) const STOP_THIS: &str = "Stop this bulk end";
    pub(crate) const STOP_QUESTION: &str = "Stop here?";
    pub(crate) const STOPPING: &str =
        "What has ended stays so. The rest is left alone, and you can order it again.";
    pub(crate) const LOADS_ITSELF: &str =
        "This page loads itself again every few seconds. You can leave it: the work goes on. ";
    pub(crate) const KEEP_STILL: &str = "Keep it still";
    pub(crate) const STANDS_STILL: &str = "This page stands still. ";
    pub(crate) const LOAD_AGAIN: &str = "Load it again every few seconds";

    // What became of it.
    pub(crate) const WAITS: &str = "It waits: orders are carried out one after the other.";
    pub(crate) const RUNS: &str =
        "It is carried out in batches, on any node. Each batch holds everywhere within moments.";
    pub(crate) const WAS_STOPPED: &str =
        "It was stopped: what had ended stays so, and the rest is left alone.";
    pub(crate) const WAS_STOPPED_BY_NOBODY: &str = "It was stopped: what had ended stays so, and the rest is left alone. If nobody on the command line did that, look into the log.";

    // Its facts.
    pub(crate) const THE_ORDER: &str = "The order";
    pub(crate) const FOUND: &str = "Found";
    /// Between a time and a name.
    pub(crate) const BY: &str = "by";
    pub(crate) const LEFT_ALONE: &str = "Left alone";
    pub(crate) const BEGUN: &str = "Begun";
    pub(crate) const WITH_THEM: &str = "With them";
    pub(crate) const SEE_ALSO: &str = "See also";
    pub(crate) const ON_RECORD: &str = "On the record";

    /// What the page of one is called.
    pub(crate) const fn title(target: BulkTarget) -> &'static str {
        match target {
            BulkTarget::Sessions => "Bulk end of sessions",
            BulkTarget::Families => "Bulk end of API sign-ins",
        }
    }

    /// It is through, and so many were over before.
    pub(crate) fn over(skipped: u64) -> String {
        match skipped {
            0 => "Everything that it meant is over.".to_owned(),
            1 => "Everything that it meant is over. One had ended before its turn came.".to_owned(),
            skipped => format!(
                "Everything that it meant is over. {} had ended before their turn came.",
                counted(skipped, "of them", "of them")
            ),
        }
    }

    /// How many there were, and of how many users.
    pub(crate) fn found(target: BulkTarget, found: Tally, users: u64) -> String {
        format!("{} of {}", how_many(target, found), common::users(users))
    }

    /// What was left alone.
    pub(crate) const fn own(target: BulkTarget) -> &'static str {
        match target {
            BulkTarget::Sessions => "The session through which it was ordered",
            BulkTarget::Families => "The API sign-in through which it was ordered",
        }
    }

    /// What ended with the sessions.
    pub(crate) fn opened(families: u64) -> String {
        let families = common::api_sign_ins(families);
        format!("{families} that the sessions had opened")
    }
}

/// The page that shows what would end, before anything does.
pub(crate) mod preview {
    use super::{BulkTarget, Tally, common, counted, how_many};

    pub(crate) const ABOUT: &str = "Nothing has ended yet. Look at what would, then confirm.";
    pub(crate) const NOTHING: &str = "Nothing to end";
    pub(crate) const NOTHING_FITS: &str = "Nothing that is live fits all of what you ask for.";
    pub(crate) const BACK: &str = "Back to the list";
    pub(crate) const EVERYBODY: &str = "No filter is set: this means everybody who is signed in.";
    pub(crate) const WHAT_WOULD_END: &str = "What would end";
    pub(crate) const WHAT_IT_MEANS: &str = "What it means";
    pub(crate) const BY_USER: &str = "By user";
    pub(crate) const BY_USER_TEXT: &str = "Those with most of them first.";
    pub(crate) const BY_USER_CAPTION: &str = "Users with most of what would end";

    /// What the page is called.
    pub(crate) const fn title(target: BulkTarget) -> &'static str {
        match target {
            BulkTarget::Sessions => "End many sessions",
            BulkTarget::Families => "End many API sign-ins",
        }
    }

    /// The button that orders it.
    pub(crate) const fn end_these(target: BulkTarget) -> &'static str {
        match target {
            BulkTarget::Sessions => "End these sessions",
            BulkTarget::Families => "End these API sign-ins",
        }
    }

    /// `412 sessions of 37 users would end.`, and what becomes of the viewer's own where it fits too.
    pub(crate) fn sentence(
        target: BulkTarget,
        found: Tally,
        users: u64,
        is_own_among: bool,
    ) -> String {
        let own = match (is_own_among, target) {
            (false, _) => "",
            (true, BulkTarget::Sessions) => {
                " Your own session fits too, and stays unless you say otherwise."
            }
            (true, BulkTarget::Families) => {
                " Your own API sign-in fits too, and stays unless you say otherwise."
            }
        };
        if found.count == 0 {
            return format!("Only your own fits.{own}");
        }
        let how_many = how_many(target, found);
        let mut letters = how_many.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        let users = common::users(users);
        format!("{first}{} of {users} would end.{own}", letters.as_str())
    }

    /// What it means; `opened` are API sign-ins that end with the sessions.
    pub(crate) fn consequence(target: BulkTarget, opened: Tally) -> String {
        let (who, then) = match target {
            BulkTarget::Sessions => (
                "The browsers are signed out",
                "whoever used them can sign in again",
            ),
            BulkTarget::Families => (
                "The tokens stop working",
                "the programs have to sign in again",
            ),
        };
        let opened = match opened.count {
            0 => String::new(),
            _ => format!(
                " So do {} that the sessions had opened.",
                how_many(BulkTarget::Families, opened)
            ),
        };
        format!(
            "{who}, in batches, and {then}.{opened} Whoever signs in after you have confirmed is left alone."
        )
    }

    /// The box that takes the viewer's own along, and what that does.
    pub(crate) const fn own(target: BulkTarget) -> (&'static str, &'static str) {
        match target {
            BulkTarget::Sessions => (
                "End my own session too",
                "You are signed out when its turn comes.",
            ),
            BulkTarget::Families => (
                "End my own API sign-in too",
                "Its tokens stop working when its turn comes.",
            ),
        }
    }

    /// The users that are not shown.
    pub(crate) fn and_others(users: u64) -> String {
        format!("And {}.", counted(users, "other user", "other users"))
    }
}
