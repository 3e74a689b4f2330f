//! What somebody used: a browser or a program, the system, the kind of device.

use super::Glyph;
use crate::{page::families::AgentItem, words::part};

/// `Firefox on Windows 10`, or as much of it as is known; `unknown` stands for a browser or a
/// program that is not.
pub(crate) fn agent_name(browser: &str, system: &str, unknown: &str) -> String {
    let name = if browser.is_empty() { unknown } else { browser };
    if system.is_empty() {
        name.to_owned()
    } else {
        part::on(name, system)
    }
}

/// The picture of a kind of device.
pub(crate) fn agent_glyph(device: &str) -> Glyph {
    match device {
        "desktop" => Glyph::Monitor,
        "phone" => Glyph::Phone,
        "tablet" => Glyph::Tablet,
        "program" | "robot" => Glyph::Program,
        _ => Glyph::Device,
    }
}

impl AgentItem {
    /// What it is called where programs are expected.
    pub fn name(&self) -> String {
        agent_name(&self.browser, &self.system, part::UNKNOWN_PROGRAM)
    }

    /// The same within a sentence.
    pub(crate) fn name_within(&self) -> String {
        agent_name(&self.browser, &self.system, part::AN_UNKNOWN_PROGRAM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_as_much_as_is_known() {
        for (browser, system, name) in [
            ("Firefox", "Linux", "Firefox on Linux"),
            ("curl", "", "curl"),
            ("", "Linux", "Unknown program on Linux"),
            ("", "", "Unknown program"),
        ] {
            assert_eq!(agent_name(browser, system, "Unknown program"), name);
        }
    }
}
