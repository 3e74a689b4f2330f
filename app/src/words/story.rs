//! What happened in an incident, in one plain sentence, and why it is called what it is called.

use latchkey_types::IncidentClass;

use super::phrase::length;
use crate::page::{
    families::SightItem,
    threats::{Answer, IncidentItem},
};

/// Before the time of the incident.
pub(crate) const ON: &str = "On ";
/// After it, and before the user's name.
pub(crate) const TOKEN_OF: &str = " a refresh token of ";

/// The sentence from the user's name on.
pub(crate) fn story(incident: &IncidentItem) -> String {
    let gap = length(incident.gap_ms);
    let rotated = from(&incident.rotated);
    let replayed = from(&incident.replayed);
    match incident.class {
        IncidentClass::Theft => format!(
            " that had been rotated {gap} earlier from {rotated} was presented again from {replayed}. "
        ),
        IncidentClass::StaleCopy => format!(
            " that had been rotated {gap} earlier from {rotated} was presented again from the same device. "
        ),
        IncidentClass::Suspected => format!(
            " was asked for again from {replayed}, {gap} after {rotated} had rotated it: the third time in a day that a retry came from elsewhere. "
        ),
        IncidentClass::LostTimeline => format!(
            " was presented from {replayed} that this server had signed and its database does not know: it is generation {}, and the newest one on record was {}. Another such token had been adopted before. ",
            incident.presented, incident.current
        ),
    }
}

/// What was done.
pub(crate) const fn done(incident: &IncidentItem) -> &'static str {
    match incident.answer {
        Answer::Ended => "Latchkey ended the API sign-in.",
        Answer::Noted => "Latchkey answered it and ended nothing.",
    }
}

/// `Firefox on Linux (192.0.2.0/24)`.
fn from(sight: &SightItem) -> String {
    let name = sight.agent.name_within();
    if sight.network.is_empty() {
        name
    } else {
        format!("{name} ({})", sight.network)
    }
}

/// Why it is of its class, and what that usually means.
pub(crate) fn why(incident: &IncidentItem) -> String {
    match incident.class {
        IncidentClass::Theft => format!(
            "The program that presented the old token is not the one that rotated it: {}. One of the two should not have had it, and there is no telling which.",
            differences(&incident.rotated, &incident.replayed)
        ),
        IncidentClass::StaleCopy => "Browser, system and network are those of the rotation. That is a restored backup, a copied profile or two programs that share one token more often than a thief, so nobody is alarmed.".to_owned(),
        IncidentClass::Suspected => "Within a few seconds of a rotation an old token is excused, because replies get lost. Three such retries in a day from another network or program are more than bad luck explains. Nothing was ended: an honest program behind a changing network looks the same.".to_owned(),
        IncidentClass::LostTimeline => "Its seal is good, so this server made it; the database lost its newest changes since, in a fail-over or by a restore from an older copy. The first such token is adopted, with a line in the log and an event on the record; a second and different one ends the API sign-in.".to_owned(),
    }
}

/// In what the two sides differ.
fn differences(one: &SightItem, other: &SightItem) -> String {
    let mut differ = Vec::new();
    if one.agent.browser != other.agent.browser {
        differ.push("another program");
    }
    if one.agent.system != other.agent.system {
        differ.push("another system");
    }
    if one.network != other.network {
        differ.push("another network");
    }
    match differ.as_slice() {
        [] if one.agent.browser.is_empty() || one.agent.system.is_empty() => {
            "neither says on which device it runs, so they do not count as the same".to_owned()
        }
        [] => "the token is bound to another key".to_owned(),
        [only] => (*only).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, ..] => format!("{first}, {second} and another network"),
    }
}

#[cfg(test)]
mod tests {
    use latchkey_types::UnixMillis;

    use super::*;
    use crate::page::families::AgentItem;

    fn sight(browser: &str, system: &str, network: &str) -> SightItem {
        SightItem {
            at: UnixMillis(0),
            address: String::new(),
            network: network.to_owned(),
            agent: AgentItem {
                browser: browser.to_owned(),
                system: system.to_owned(),
                ..AgentItem::default()
            },
        }
    }

    #[test]
    fn the_two_sides_differ_in_what_is_said() {
        let one = sight("Firefox", "Linux", "192.0.2.0/24");
        for (other, text) in [
            (sight("curl", "Linux", "192.0.2.0/24"), "another program"),
            (
                sight("curl", "", "192.0.2.0/24"),
                "another program and another system",
            ),
            (
                sight("curl", "", "203.0.113.0/24"),
                "another program, another system and another network",
            ),
            (
                sight("Firefox", "Linux", "203.0.113.0/24"),
                "another network",
            ),
            (one.clone(), "the token is bound to another key"),
        ] {
            assert_eq!(differences(&one, &other), text);
        }
        let nobody = sight("", "", "");
        assert!(differences(&nobody, &nobody).starts_with("neither says on which device"));
    }

    #[test]
    fn a_place_is_named_with_its_network() {
        assert_eq!(
            from(&sight("curl", "", "192.0.2.0/24")),
            "curl (192.0.2.0/24)"
        );
        assert_eq!(from(&sight("", "", "")), "an unknown program");
    }
}
