//! What the pages of refresh families say, which they call API sign-ins: all of them, one with its
//! history, and every list of them.

pub(crate) const ABOUT: &str =
    "Programs and apps that hold tokens: one row for each sign-in on one device.";
pub(crate) const FILTER: &str = "Filter API sign-ins";
pub(crate) const NONE_MATCH: &str = "No API sign-ins match";
pub(crate) const NONE_FITS: &str = "None fits all of what you ask for.";
pub(crate) const NONE_YET: &str =
    "No program has signed in yet. Programs sign in at /api/auth/token/.";

/// The page of one of them.
pub(crate) mod one {
    pub(crate) const BACK: &str = "All API sign-ins";

    // What its history shows.
    pub(crate) const EVERY: &str =
        "Every generation of its refresh token, in order and not to scale.";
    pub(crate) const NEWEST: &str =
        "The newest generations of its refresh token, in order and not to scale.";
    pub(crate) const EARLIER: &str =
        "Earlier generations of its refresh token, in order and not to scale.";
    pub(crate) const TO_NEWEST: &str = "Newest";
    pub(crate) const TO_EARLIER: &str = "Earlier";

    // Its facts.
    /// Before its user's name.
    pub(crate) const OF: &str = "API sign-in of ";
    /// Before the address from which it was last used.
    pub(crate) const LAST_FROM: &str = "last from ";
    pub(crate) const OPENED_BY_SESSION: &str = "Opened by session";
    pub(crate) const ENDS_AT_LATEST: &str = "Ends at the latest";
    pub(crate) const TOKENS_TRAVEL: &str = "Tokens travel";
}

/// What a list of them says.
pub(crate) mod list {
    use crate::words::{
        common,
        part::{at_address, whose},
        phrase::Tally,
    };

    // What it lists.
    pub(crate) const OWN: &str = "Your API sign-ins, newest first";
    pub(crate) const OF_USER: &str = "API sign-ins of this user, newest first";

    /// The button.
    pub(crate) const END: &str = "End";
    pub(crate) const USER_AND_PROGRAM: &str = "User and program";
    pub(crate) const ENDING: &str =
        "Its tokens stop working at once, and the program has to sign in again.";
    pub(crate) const END_ALL: &str = "End all API sign-ins";

    /// Which generation is current.
    pub(crate) fn generation(number: u64) -> String {
        format!("generation\u{a0}{number}")
    }

    /// The button, to those who hear it alone.
    pub(crate) fn end(name: &str, address: &str) -> String {
        format!("End API sign-in of {}", at_address(name, address))
    }

    /// Asks before one of the viewer's own ends.
    pub(crate) fn end_own(name: &str) -> String {
        format!("End the API sign-in of {name}?")
    }

    /// Asks before one of somebody else's does.
    pub(crate) fn end_of(user: &str, name: &str) -> String {
        format!("End {} of {name}?", whose(user, common::API_SIGN_IN))
    }

    /// The button that ends all of one user's, to those who hear it alone.
    pub(crate) fn end_all_of(user: &str) -> String {
        format!("{END_ALL} of {user}")
    }

    /// Asks before they end.
    pub(crate) fn end_all_question(user: &str) -> String {
        format!("{}?", end_all_of(user))
    }

    /// What that does: `kinds` are names with how many there are, and whether there are others.
    pub(crate) fn ending_all(
        live: Tally,
        user: &str,
        kinds: &[(String, u64)],
        others: bool,
    ) -> String {
        let how_many = common::api_sign_ins_or_more(live);
        let mut kinds: Vec<String> = kinds
            .iter()
            .map(|(name, count)| format!("{count} of {name}"))
            .collect();
        if others {
            kinds.push("and others".to_owned());
        }
        let kinds = if kinds.is_empty() {
            String::new()
        } else {
            format!(" ({})", kinds.join(", "))
        };
        format!(
            "Ends {how_many} of {user}{kinds}. Their tokens stop working at once; the programs have to sign in again. Browser sessions stay."
        )
    }
}

/// What the picture of its history and the table below say.
pub(crate) mod history {
    use crate::words::phrase::counted;

    pub(crate) const CAPTION: &str = "Generations of the refresh token, newest first";
    pub(crate) const WHERE: &str = "Where";
    pub(crate) const LIVED: &str = "Lived";
    pub(crate) const NEVER_RECEIVED: &str = "never received: the API sign-in moved past it";
    /// Before the time.
    pub(crate) const IN_USE_SINCE: &str = "in use since ";

    // The picture.
    pub(crate) const TITLE: &str = "The history of this API sign-in";
    pub(crate) const OTHER_PROGRAMS: &str = "Other programs";
    pub(crate) const SEE_TABLE: &str = "The table has the same in words.";

    // Its legend.
    pub(crate) const ROTATED: &str = "Rotated";
    pub(crate) const ASKED_AGAIN: &str = "Asked for again";
    pub(crate) const UNRECEIVED: &str = "Never received";
    pub(crate) const PRESENTED_AGAIN: &str = "Presented again";

    /// How a generation came about, where it is not the next one.
    pub(crate) fn by_presenting(generation: u64) -> String {
        format!("by presenting generation {generation}")
    }

    /// How often the reply that brought it was asked for again.
    pub(crate) fn asked_again(times: u64) -> String {
        match times {
            1 => "asked for again once".to_owned(),
            more => format!("asked for again {more} times"),
        }
    }

    /// Before the time at which it was, the last time.
    pub(crate) const fn last_at(times: u64) -> &'static str {
        match times {
            1 => ", at ",
            _ => ", last at ",
        }
    }

    /// Which generation was presented again.
    pub(crate) fn again(generation: u64) -> String {
        format!("{generation} again")
    }

    /// How long after its rotation.
    pub(crate) fn again_after(gap: &str) -> String {
        format!("presented again {gap} after its rotation")
    }

    /// A mark of a generation: when it was made, for which program, at which address.
    pub(crate) fn mark(generation: u64, at: &str, program: &str, address: &str) -> String {
        format!("Generation {generation}: {at}, {program}, {address}")
    }

    /// A mark of a token that was presented again.
    pub(crate) fn replay(
        class: &str,
        generation: u64,
        at: &str,
        program: &str,
        address: &str,
    ) -> String {
        format!("{class}: generation {generation} presented again, {at}, {program}, {address}")
    }

    /// What the picture shows.
    pub(crate) fn from_places(oldest: u64, newest: u64, places: usize) -> String {
        let places = counted(places as u64, "place", "places");
        format!("Generations {oldest} to {newest}, from {places}.")
    }

    /// And which token was presented again.
    pub(crate) fn was_again(generation: u64, program: &str) -> String {
        format!("Generation {generation} was presented again from {program}.")
    }

    /// And why it ended.
    pub(crate) fn then_ended(reason: &str) -> String {
        format!("Then it ended: {reason}.")
    }
}
