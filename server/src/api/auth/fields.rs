//! The fields of a body, read as Django REST framework's serializers read them: errors are
//! gathered by field, in its words.

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::refusal::Refusal;

/// What a field says that is missing.
pub(super) const REQUIRED: &str = "This field is required.";
const BLANK: &str = "This field may not be blank.";
const NULL: &str = "This field may not be null.";
const NOT_TEXT: &str = "Not a valid string.";
const NUL: &str = "Null characters are not allowed.";

/// How a text is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// Without the white space around it.
    Trimmed,
    /// To the letter: passwords.
    Exact,
}

/// The members of a body, and what is wrong with them so far.
#[derive(Debug)]
pub(super) struct Fields {
    members: Map<String, Value>,
    errors: Map<String, Value>,
}

impl Fields {
    /// Begins to read a body that may be anything.
    pub(super) fn of(body: Value) -> Result<Self, Refusal> {
        let kind = match body {
            Value::Object(members) => {
                return Ok(Self {
                    members,
                    errors: Map::new(),
                });
            }
            Value::Null => {
                return Err(Refusal::invalid(&[(
                    "non_field_errors",
                    "No data provided",
                )]));
            }
            Value::Array(_) => "list",
            Value::String(_) => "str",
            Value::Bool(_) => "bool",
            Value::Number(number) if number.is_f64() => "float",
            Value::Number(_) => "int",
        };
        let said = format!("Invalid data. Expected a dictionary, but got {kind}.");
        Err(Refusal::invalid(&[("non_field_errors", &said)]))
    }

    /// A field that must be there and not be blank; notes what is wrong and gives nothing then.
    pub(super) fn required(&mut self, name: &str, text: Text) -> Option<Zeroizing<String>> {
        let value = self.take(name, text, Some(REQUIRED))?;
        if value.trim().is_empty() {
            self.wrong(name, BLANK);
            return None;
        }
        Some(value)
    }

    /// A field that need not be there, and may be blank.
    pub(super) fn optional(&mut self, name: &str, text: Text) -> Option<Zeroizing<String>> {
        self.take(name, text, None)
    }

    /// A field that need not be there; where it is, it must not be blank.
    pub(super) fn optional_filled(&mut self, name: &str, text: Text) -> Option<Zeroizing<String>> {
        self.members
            .contains_key(name)
            .then(|| self.required(name, text))?
    }

    fn take(
        &mut self,
        name: &str,
        text: Text,
        if_missing: Option<&str>,
    ) -> Option<Zeroizing<String>> {
        let value = match self.members.remove(name) {
            None => {
                if let Some(said) = if_missing {
                    self.wrong(name, said);
                }
                return None;
            }
            Some(Value::String(value)) => Zeroizing::new(value),
            // A number is as good as its digits.
            Some(Value::Number(number)) => Zeroizing::new(number.to_string()),
            Some(Value::Null) => {
                self.wrong(name, NULL);
                return None;
            }
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                self.wrong(name, NOT_TEXT);
                return None;
            }
        };
        if value.contains('\0') {
            self.wrong(name, NUL);
            return None;
        }
        Some(match text {
            Text::Exact => value,
            Text::Trimmed => Zeroizing::new(value.trim().to_owned()),
        })
    }

    /// Whether the body has such a member that is not `null`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|value| !value.is_null())
    }

    /// Notes what is wrong with a field.
    pub(super) fn wrong(&mut self, name: &str, said: &str) {
        self.errors.insert(name.to_owned(), json!([said]));
    }

    /// Refuses the body if anything was wrong with it.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Refusal::bad_request(Value::Object(self.errors)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(body: Value) -> Value {
        let mut fields = match Fields::of(body) {
            Ok(fields) => fields,
            Err(refusal) => return refusal.body().clone(),
        };
        let _ = fields.required("username", Text::Trimmed);
        let _ = fields.required("password", Text::Exact);
        match fields.finish() {
            Ok(()) => Value::Null,
            Err(refusal) => refusal.body().clone(),
        }
    }

    #[test]
    fn a_field_is_wrong_in_the_words_that_clients_know() {
        let both = |said: &str| json!({ "username": [said], "password": [said] });
        for (body, expected) in [
            (json!({}), both(REQUIRED)),
            (json!({ "username": "", "password": " " }), both(BLANK)),
            (json!({ "username": null, "password": null }), both(NULL)),
            (json!({ "username": true, "password": {} }), both(NOT_TEXT)),
            (json!({ "username": "a\0", "password": "\0" }), both(NUL)),
            (json!({ "username": 5, "password": 1.5 }), Value::Null),
            (
                json!(null),
                json!({ "non_field_errors": ["No data provided"] }),
            ),
        ] {
            assert_eq!(errors(body.clone()), expected, "{body}");
        }
        for (body, kind) in [
            (json!([1]), "list"),
            (json!(5), "int"),
            (json!(5.5), "float"),
            (json!(true), "bool"),
            (json!("x"), "str"),
        ] {
            let said = format!("Invalid data. Expected a dictionary, but got {kind}.");
            assert_eq!(errors(body), json!({ "non_field_errors": [said] }));
        }
    }

    #[test]
    fn names_are_trimmed_and_passwords_are_not() {
        let mut fields = Fields::of(json!({ "name": " ann ", "password": " x " })).unwrap();
        assert_eq!(*fields.required("name", Text::Trimmed).unwrap(), "ann");
        assert_eq!(*fields.required("password", Text::Exact).unwrap(), " x ");
        assert!(fields.optional_filled("absent", Text::Exact).is_none());
        assert!(fields.finish().is_ok());
    }
}
