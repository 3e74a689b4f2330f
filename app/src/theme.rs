//! Which of its two looks a page has.

/// The theme that a browser chose. A closed set: it is kept in a cookie as a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// That of the system, and the other one when the system changes.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word in the cookie and in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the word; `None` for any other text.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }

    /// The theme, if it is not the system's to choose.
    pub(crate) fn forced(self) -> Option<Self> {
        (self != Self::System).then_some(self)
    }

    /// What the browser is told, so that its own parts (scroll bars, date pickers) follow.
    pub(crate) const fn scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_reads_back_from_its_word_and_strangers_are_none() {
        for theme in Theme::ALL {
            assert_eq!(Theme::parse(theme.as_str()), Some(theme));
        }
        for stranger in ["", "Dark", "dark ", "<script>", "blue"] {
            assert_eq!(Theme::parse(stranger), None, "{stranger}");
        }
    }
}
