//! What the pages of incidents say, which they call threats: all of them, one, and every list.

use super::{
    common::percent,
    phrase::{counted, thousands},
};
use crate::page::threats::WeekItem;

pub(crate) const TITLE: &str = "Threats";
pub(crate) const ABOUT: &str =
    "Refresh tokens that were used as they should not be, and what was done about it.";
pub(crate) const FILTER: &str = "Filter threats";
pub(crate) const CLASS: &str = "Class";
pub(crate) const PRESENTED_AGAIN_FROM: &str = "Presented again from";
pub(crate) const LAST_WEEKS: &str = "The last 8 weeks";
pub(crate) const NOT_JUDGED: &str = "Not judged";
pub(crate) const CONFIRMED: &str = "Confirmed";
pub(crate) const FALSE_ALARM: &str = "False alarm";
pub(crate) const NONE_MATCH: &str = "No threats match";
pub(crate) const NONE_FITS: &str = "No incident fits all of what you ask for.";
pub(crate) const NONE: &str = "No threats";
pub(crate) const NONE_YET: &str = "No refresh token has been used as it should not be.";
pub(crate) const NO_INCIDENTS: &str = "No incidents.";

/// How many of a class were false alarms, and what share that is of those that were judged.
pub(crate) fn false_alarms(all: u64, judged: u64, false_alarms: u64, share: Option<u64>) -> String {
    match share {
        None if all == 0 => "none to judge".to_owned(),
        None => "none judged yet".to_owned(),
        Some(share) => format!(
            "{} of {} judged ({})",
            counted(false_alarms, "false alarm", "false alarms"),
            thousands(judged),
            percent(share)
        ),
    }
}

/// Incidents of which none is judged.
pub(crate) fn none_judged(all: u64) -> String {
    format!(
        "{}, none judged yet.",
        counted(all, "incident", "incidents")
    )
}

/// How many of those that were judged were false alarms, and which share that is.
pub(crate) fn share(all: u64, judged: u64, false_alarms: u64, share: u64) -> String {
    format!(
        "{}, {judged} judged: {} ({}).",
        counted(all, "incident", "incidents"),
        counted(false_alarms, "false alarm", "false alarms"),
        percent(share)
    )
}

/// What the numbers under the bars are.
pub(crate) const SHARES: &str = "%: false alarms among those judged";

/// A week without any.
pub(crate) const NO_INCIDENTS_THEN: &str = "no incidents";

/// A week with some.
pub(crate) fn incidents(week: &WeekItem) -> String {
    let share = match week.share() {
        Some(share) => format!("false alarms are {} of those judged", percent(share)),
        None => "none judged yet".to_owned(),
    };
    format!(
        "{}; {} confirmed, {}, {} not judged; {share}",
        counted(week.all(), "incident", "incidents"),
        week.confirmed,
        counted(week.false_alarms, "false alarm", "false alarms"),
        week.unjudged,
    )
}

/// The bar of a week: `what` says how many there were.
pub(crate) fn week(day: &str, what: &str) -> String {
    format!("Week of {day}: {what}")
}

/// What a list of them says.
pub(crate) mod list {
    pub(crate) const CAPTION: &str = "Incidents";
    pub(crate) const THREAT: &str = "Threat";
    pub(crate) const ROTATED_BY: &str = "Rotated by";
    pub(crate) const PRESENTED_AGAIN_BY: &str = "Presented again by";
    /// The same where there is little room.
    pub(crate) const AGAIN_BY: &str = "Again by";
    /// To those who cannot see the mark.
    pub(crate) const UNREAD: &str = "Unread: ";
    /// Before the user's name.
    pub(crate) const OF: &str = "of ";
}

/// The page of one of them.
pub(crate) mod one {
    use latchkey_types::IncidentClass;

    use super::thousands;

    pub(crate) const BACK: &str = "All threats";

    // The API sign-in that it is about.
    pub(crate) const FAMILY: &str = "The API sign-in";
    pub(crate) const SEEN_AGAIN: &str = "Seen again";
    /// After how often.
    pub(crate) const TIMES_SINCE: &str = " times since";
    pub(crate) const PRESENTED: &str = "Presented";
    pub(crate) const CURRENT_THEN: &str = "Current then";

    // The verdict.
    pub(crate) const SAY: &str =
        "Say what it was: the share of false alarms tells how far to trust the classes.";
    pub(crate) const NOT_JUDGED: &str = "Nobody has judged it yet.";
    pub(crate) const NOTE: &str = "Note";
    pub(crate) const CONFIRM: &str = "Confirm";
    /// Before the name of whoever judged.
    pub(crate) const JUDGED_BY: &str = " by ";

    // Both sides.
    pub(crate) const SIDES: &str = "Both sides";
    pub(crate) const SIDES_CAPTION: &str = "Who rotated the token, and who presented it again";
    pub(crate) const FACT: &str = "Fact";
    pub(crate) const ROTATED_IT: &str = "Rotated it";
    pub(crate) const PRESENTED_IT_AGAIN: &str = "Presented it again";
    /// The same where there is little room.
    pub(crate) const AGAIN: &str = "Again";
    pub(crate) const DIFFERS: &str = "Differs";
    pub(crate) const UNKNOWN: &str = "unknown";

    // What was presented afterwards.
    pub(crate) const SEEN_AGAIN_SINCE: &str = "Seen again since";
    pub(crate) const SEEN_AGAIN_TEXT: &str =
        "Tokens of this API sign-in that were presented after it had ended. All were refused.";
    pub(crate) const SIGHTINGS: &str = "Later sightings, newest first";

    /// What a class is called as a heading.
    pub(crate) const fn heading(class: IncidentClass) -> &'static str {
        match class {
            IncidentClass::Theft => "Token theft",
            IncidentClass::StaleCopy => "Stale copy of a token",
            IncidentClass::Suspected => "Suspected theft",
            IncidentClass::LostTimeline => "Token of a lost time line",
        }
    }

    /// Which generation.
    pub(crate) fn generation(number: u64) -> String {
        format!("generation {number}")
    }

    /// There are more sightings than are shown.
    pub(crate) fn newest_shown(total: u64, shown: u64) -> String {
        format!("{} in all: the newest {shown} are shown.", thousands(total))
    }
}

/// What else one incident's page shows: what the same user holds, and what others do at both addresses.
pub(crate) mod related {
    use crate::page::admin_threat::Side;

    pub(crate) const NO_OTHERS: &str = "No others";
    pub(crate) const NO_OTHER_PROGRAM: &str = "No other program is signed in as this user.";
    pub(crate) const OTHER_API_SIGN_INS: &str = "Other API sign-ins";
    pub(crate) const ALL_API_SIGN_INS: &str = "All API sign-ins of this user";
    pub(crate) const BROWSER_SESSIONS: &str = "Browser sessions";
    pub(crate) const ALL_SESSIONS: &str = "All sessions of this user";

    pub(crate) const INCIDENTS_OF_OTHERS: &str = "Other incidents from there";
    pub(crate) const INCIDENTS_TEXT: &str = "Other tokens that this address presented again.";
    pub(crate) const INCIDENTS_THERE: &str = "All incidents from there";
    pub(crate) const API_SIGN_INS_OF_OTHERS: &str = "API sign-ins of others";
    pub(crate) const API_SIGN_INS_THERE: &str = "All API sign-ins from there";
    pub(crate) const SESSIONS_OF_OTHERS: &str = "Sessions of others";
    pub(crate) const SESSIONS_THERE: &str = "All sessions from there";

    /// The heading above what the user holds.
    pub(crate) fn of_user(user: &str) -> String {
        format!("What else {user} holds")
    }

    /// The heading above what others hold at the address.
    pub(crate) fn others_at(address: &str) -> String {
        format!("Others at {address}")
    }

    /// What an address did, below its heading.
    pub(crate) fn address(side: Side) -> String {
        format!("The address that {}.", did(side))
    }

    /// Nobody else has anything there.
    pub(crate) fn nobody_at(address: &str, side: Side) -> String {
        format!(
            "Nobody else is signed in from {address}, which {}.",
            did(side)
        )
    }

    const fn did(side: Side) -> &'static str {
        match side {
            Side::Replayed => "presented the token again",
            Side::Rotated => "rotated the token",
            Side::Both => "rotated the token and presented it again",
        }
    }
}
