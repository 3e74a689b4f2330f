//! Providers: where else somebody may have an account that they sign in here with.

/// A provider, as pages name it and lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderButton {
    /// The word that stands for it in addresses.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What is drawn beside its name; without one, its first letter.
    pub icon: Option<ProviderIcon>,
}

/// What is drawn beside the name of a provider. A closed set of our own drawings: pages load
/// nothing from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderIcon {
    /// A letter G.
    Google,
    /// A branch.
    GitHub,
    /// A key, for any other.
    Key,
}

impl ProviderIcon {
    /// Every icon.
    pub const ALL: [Self; 3] = [Self::Google, Self::GitHub, Self::Key];

    /// The word for it in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::GitHub => "github",
            Self::Key => "key",
        }
    }

    /// Reads a word of the settings.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|icon| icon.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_reads_back_from_its_word_and_strangers_are_none() {
        for icon in ProviderIcon::ALL {
            assert_eq!(ProviderIcon::parse(icon.as_str()), Some(icon));
        }
        assert_eq!(ProviderIcon::parse("https://example.org/logo.svg"), None);
    }
}
