//! What all lists of the console share: what was asked for, and the ways on.

/// What a list is narrowed by and ordered by, as it stands in the address: each text as it came, even
/// where it is wrong, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    values: Vec<(&'static str, String)>,
    errors: Vec<(&'static str, String)>,
}

impl Asked {
    /// Nothing is asked for.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one value more; an empty one is none.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.values.push((name, value));
        }
        self
    }

    /// With something that is wrong.
    #[must_use]
    pub fn wrong(mut self, name: &'static str, error: impl Into<String>) -> Self {
        self.errors.push((name, error.into()));
        self
    }

    /// What was asked for under this name.
    pub fn value(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// What is wrong with it.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, error)| error.as_str())
    }

    /// Whether the list is narrowed; another order leaves nothing out.
    pub fn is_narrowed(&self) -> bool {
        self.values.iter().any(|(name, _)| *name != SORT)
    }

    /// Whether any of these fields has something in it.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names
            .iter()
            .any(|name| !self.value(name).is_empty() || self.error(name).is_some())
    }
}

/// The name of the order.
pub const SORT: &str = "sort";

/// The name under which what is wrong with the page itself stands.
pub const CURSOR: &str = "cursor";

/// The addresses of the pages around this one, and of the list as a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListLinks {
    /// The first page, when this is not it.
    pub first: Option<String>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// The last page, when this is not it.
    pub last: Option<String>,
    /// All of the list as it is narrowed and ordered now, as a file: what it is called, and where.
    pub exports: Vec<(&'static str, String)>,
}
