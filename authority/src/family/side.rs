//! One side of a rotation: where somebody was, and with what.

use crate::{
    caller::Caller,
    entity::{families, rotations},
};

/// Where a request came from, as far as judging it goes. Everything but the network is the
/// caller's own claim; none of it grants anything that its token does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Side {
    pub(crate) address: String,
    pub(crate) network: String,
    pub(crate) user_agent: String,
    pub(crate) browser: String,
    pub(crate) system: String,
    pub(crate) device: String,
}

/// Whether two requests came from one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sameness {
    /// The same browser or agent family on the same operating system.
    Same,
    /// Not the same: both say what they are.
    Other,
    /// One of them says too little, or both: a back end that refreshes for many, a server that
    /// renders. Never taken for the same.
    Unknown,
}

impl Side {
    pub(crate) fn of_caller(caller: &Caller) -> Self {
        Self {
            address: caller.address_text(),
            network: caller.network(),
            user_agent: caller.user_agent.clone(),
            browser: caller.agent.browser.clone(),
            system: caller.agent.system.clone(),
            device: caller.agent.device.clone(),
        }
    }

    pub(crate) fn of_rotation(row: &rotations::Model) -> Self {
        Self {
            address: row.address.clone(),
            network: row.network.clone(),
            user_agent: row.user_agent.clone(),
            browser: row.browser.clone(),
            system: row.system.clone(),
            device: row.device.clone(),
        }
    }

    pub(crate) fn of_opening(row: &families::Model) -> Self {
        Self {
            address: row.address.clone(),
            network: row.network.clone(),
            user_agent: row.user_agent.clone(),
            browser: row.browser.clone(),
            system: row.system.clone(),
            device: row.device.clone(),
        }
    }

    /// Who showed that the token of a rotation was received, if somebody did and it is written.
    pub(crate) fn of_receipt(row: &rotations::Model) -> Option<Self> {
        row.received_at?;
        Some(Self {
            address: String::new(),
            network: row.received_network.clone().unwrap_or_default(),
            user_agent: row.received_user_agent.clone().unwrap_or_default(),
            browser: row.received_browser.clone().unwrap_or_default(),
            system: row.received_system.clone().unwrap_or_default(),
            device: String::new(),
        })
    }

    /// Whether it says what it is. A back end that refreshes for many names no system.
    fn is_known(&self) -> bool {
        !self.browser.is_empty() && !self.system.is_empty()
    }

    pub(crate) fn sameness(&self, other: &Self) -> Sameness {
        match (self.is_known(), other.is_known()) {
            (true, true) if self.browser == other.browser && self.system == other.system => {
                Sameness::Same
            }
            (true, true) => Sameness::Other,
            _ => Sameness::Unknown,
        }
    }

    /// Whether it is the same device for certain.
    pub(crate) fn is_same_device(&self, other: &Self) -> bool {
        self.sameness(other) == Sameness::Same
    }

    /// Whether this caller is on another device than `user`, who has used the pair. Two that say
    /// nothing of themselves are told apart by what is left: the text of their agent and their
    /// network. A browser beside a user that says nothing is not held to be another one: that may be
    /// the server that renders its pages. A caller that says nothing, after a browser has used the
    /// pair, is.
    pub(crate) fn is_other_device(&self, user: &Self) -> bool {
        match self.sameness(user) {
            Sameness::Same => false,
            Sameness::Other => true,
            Sameness::Unknown if self.is_known() => false,
            Sameness::Unknown if user.is_known() => true,
            Sameness::Unknown => self.is_elsewhere(user),
        }
    }

    /// Whether it is in another network or says another user agent.
    pub(crate) fn is_elsewhere(&self, other: &Self) -> bool {
        self.network != other.network || self.user_agent != other.user_agent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(browser: &str, system: &str, agent: &str, network: &str) -> Side {
        Side {
            browser: browser.to_owned(),
            system: system.to_owned(),
            user_agent: agent.to_owned(),
            network: network.to_owned(),
            ..Side::default()
        }
    }

    #[test]
    fn a_back_end_that_says_nothing_of_itself_is_never_the_same_device() {
        let firefox = side("Firefox", "Linux", "Firefox/1", "a");
        let newer = side("Firefox", "Linux", "Firefox/2", "b");
        let back_end = side("", "", "node", "c");
        assert!(firefox.is_same_device(&newer));
        assert!(!firefox.is_other_device(&newer));
        assert!(firefox.is_elsewhere(&newer));
        assert!(!back_end.is_same_device(&back_end));
        assert!(!back_end.is_other_device(&back_end));
        assert!(back_end.is_other_device(&side("", "", "curl", "c")));
        assert!(back_end.is_other_device(&side("", "", "node", "d")));
    }

    #[test]
    fn a_browser_is_excused_beside_its_back_end_and_a_stranger_behind_a_browser_is_not() {
        let firefox = side("Firefox", "Linux", "Firefox/1", "a");
        for back_end in [
            side("", "", "node", "c"),
            side("", "Linux", "node", "a"),
            side("Firefox", "", "Firefox/1", "a"),
        ] {
            for (one, other) in [(&firefox, &back_end), (&back_end, &firefox)] {
                assert_eq!(one.sameness(other), Sameness::Unknown);
                assert!(!one.is_same_device(other));
            }
            assert!(!firefox.is_other_device(&back_end));
            assert!(back_end.is_other_device(&firefox));
        }
        assert!(firefox.is_other_device(&side("Chrome", "Linux", "Chrome/1", "a")));
        assert!(firefox.is_other_device(&side("Firefox", "Windows 10", "Firefox/1", "a")));
    }
}
