//! Where settings come from.

use std::{collections::BTreeMap, fmt, path::Path};

use super::{DEFINITIONS, SettingsError};

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    Flag,
    /// In the environment.
    Variable,
    /// In a file.
    File(String),
    /// Nowhere: the default.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("command line"),
            Self::Variable => f.write_str("environment"),
            Self::File(path) => f.write_str(path),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Settings as they were written, the strongest source last.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    values: BTreeMap<String, (String, Origin)>,
}

impl Sources {
    /// Nothing but defaults; tests add to it.
    pub fn defaults() -> Self {
        Self::default()
    }

    /// Sets one value, over whatever stands there.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str, origin: Origin) -> Self {
        self.values
            .insert(name.to_owned(), (value.to_owned(), origin));
        self
    }

    /// Adds a settings file if it is there.
    ///
    /// # Errors
    /// As [`Sources::with_file`].
    pub fn with_file_if_there(self, path: &Path) -> Result<Self, SettingsError> {
        if path.exists() {
            self.with_file(path)
        } else {
            Ok(self)
        }
    }

    /// Adds a settings file.
    ///
    /// # Errors
    /// [`SettingsError`] if it cannot be read, is not TOML, or names what is no setting.
    pub fn with_file(mut self, path: &Path) -> Result<Self, SettingsError> {
        let shown = path.display().to_string();
        let file_error = |problem: String| SettingsError::File {
            path: shown.clone(),
            problem,
        };
        let text = std::fs::read_to_string(path).map_err(|error| file_error(error.to_string()))?;
        // The parser's message quotes the line, which may hold a secret: only say where.
        let table: toml::Table = toml::from_str(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(0, |span| text[..span.start.min(text.len())].lines().count());
            file_error(format!("not valid TOML at line {line}"))
        })?;
        let origin = Origin::File(shown.clone());
        for (name, value) in table {
            if name == "provider" {
                let list = serde_json::to_string(&value)
                    .map_err(|_| file_error("`[[provider]]` cannot be read".to_owned()))?;
                self.add("providers".to_owned(), list, origin.clone())?;
                continue;
            }
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(true) => "on".to_owned(),
                toml::Value::Boolean(false) => "off".to_owned(),
                toml::Value::Array(items) => items
                    .iter()
                    .map(|item| item.as_str().unwrap_or_default())
                    .collect::<Vec<_>>()
                    .join(","),
                _ => {
                    return Err(SettingsError::Unknown { name, origin });
                }
            };
            self.add(name, text, origin.clone())?;
        }
        Ok(self)
    }

    /// Adds `LATCHKEY_…` variables.
    ///
    /// # Errors
    /// [`SettingsError::Unknown`] if one of them names no setting.
    pub fn with_variables(
        mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        for (variable, value) in variables {
            let Some(name) = variable.strip_prefix("LATCHKEY_") else {
                continue;
            };
            // What the tests and the set-up tell each other is not ours to judge.
            if name.starts_with("TEST_") || name == "TOOLS_DIR" {
                continue;
            }
            // An empty variable is how a shell or a compose file says "unset".
            if value.is_empty() {
                continue;
            }
            self.add(name.to_lowercase(), value, Origin::Variable)?;
        }
        Ok(self)
    }

    fn add(&mut self, name: String, value: String, origin: Origin) -> Result<(), SettingsError> {
        if !DEFINITIONS.iter().any(|known| known.name == name) {
            return Err(SettingsError::Unknown { name, origin });
        }
        self.values.insert(name, (value, origin));
        Ok(())
    }

    pub(super) fn get(&self, name: &str) -> Option<&(String, Origin)> {
        self.values.get(name)
    }
}
