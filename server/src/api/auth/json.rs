//! JSON bodies: no member twice, no nesting without end, and errors in the words that existing
//! clients know.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Reads a body; the error is what follows `JSON parse error - `.
pub(super) fn parse(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        let byte = body.get(at).copied().unwrap_or_default();
        format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: invalid start byte")
    })?;
    serde_json::from_str::<Strict>(text)
        .map(|Strict(value)| value)
        .map_err(|error| explain(text, &error))
}

/// A value in which no object has a member twice: of two that read one document, one would take
/// the first, the other the last.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_string<E>(self, value: String) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut values = Vec::new();
                while let Some(Strict(value)) = items.next_element()? {
                    values.push(value);
                }
                Ok(Value::Array(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
                let mut object = Map::new();
                while let Some(name) = members.next_key::<String>()? {
                    if object.contains_key(&name) {
                        return Err(A::Error::custom("Duplicate member"));
                    }
                    let Strict(value) = members.next_value()?;
                    object.insert(name, value);
                }
                Ok(Value::Object(object))
            }
        }
        deserializer.deserialize_any(Any).map(Strict)
    }
}

/// Says what is wrong as Python's `json` does: people search for these words.
fn explain(text: &str, error: &serde_json::Error) -> String {
    let said = error.to_string();
    let at = index(text, error.line(), error.column());
    let byte = text.as_bytes().get(at).copied();
    let (words, at) = if said.starts_with("EOF while parsing a string") {
        ("Unterminated string starting at", open_quote(text))
    } else if said.starts_with("EOF while parsing an object") {
        (
            "Expecting property name enclosed in double quotes",
            text.len(),
        )
    } else if said.starts_with("EOF") {
        ("Expecting value", text.len())
    } else if said.starts_with("key must be a string")
        || (said.starts_with("trailing comma") && byte == Some(b'}'))
    {
        ("Expecting property name enclosed in double quotes", at)
    } else if said.starts_with("expected value") || said.starts_with("trailing comma") {
        ("Expecting value", at)
    } else if said.starts_with("expected ident") {
        ("Expecting value", word_start(text, at))
    } else if said.starts_with("expected `:`") {
        ("Expecting ':' delimiter", at)
    } else if said.starts_with("expected `,`") {
        ("Expecting ',' delimiter", at)
    } else if said.starts_with("trailing characters") {
        ("Extra data", at)
    } else if said.starts_with("invalid escape") {
        ("Invalid \\escape", at.saturating_sub(1))
    } else if said.starts_with("control character") {
        ("Invalid control character at", at)
    } else if said.starts_with("recursion limit") {
        ("Nested too deeply", at)
    } else if said.starts_with("Duplicate member") {
        ("Duplicate member", at)
    } else {
        ("Invalid value", at)
    };
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let character = before.chars().count();
    format!("{words}: line {line} column {column} (char {character})")
}

/// Which byte serde names: its columns count bytes that were read.
fn index(text: &str, line: usize, column: usize) -> usize {
    let line_start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let mut at = (line_start + column).saturating_sub(1).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn word_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or("");
    before
        .trim_end_matches(|character: char| character.is_ascii_alphabetic())
        .len()
}

/// Where the string begins that has no end.
fn open_quote(text: &str) -> usize {
    let mut opened = None;
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if opened.is_some() => is_escaped = true,
            b'"' if opened.is_some() => opened = None,
            b'"' => opened = Some(at),
            _ => {}
        }
    }
    opened.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_the_words_that_clients_know() {
        for (body, said) in [
            (
                "{bad",
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            ),
            (
                "{",
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            ),
            (
                r#"{"a":1,}"#,
                "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)",
            ),
            (
                r#"{"a" 1}"#,
                "Expecting ':' delimiter: line 1 column 6 (char 5)",
            ),
            (
                r#"{"a":1 "b":2}"#,
                "Expecting ',' delimiter: line 1 column 8 (char 7)",
            ),
            (r#"{"a":1} x"#, "Extra data: line 1 column 9 (char 8)"),
            (
                r#"{"a":"x"#,
                "Unterminated string starting at: line 1 column 6 (char 5)",
            ),
            (
                "\"",
                "Unterminated string starting at: line 1 column 1 (char 0)",
            ),
            ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
            ("[", "Expecting value: line 1 column 2 (char 1)"),
            (r#"{"a":nan}"#, "Expecting value: line 1 column 6 (char 5)"),
            (r#"{"a":tru}"#, "Expecting value: line 1 column 6 (char 5)"),
            (
                r#"{"a":"\x"}"#,
                "Invalid \\escape: line 1 column 7 (char 6)",
            ),
            (
                "{\"a\":\n \"é\" x}",
                "Expecting ',' delimiter: line 2 column 6 (char 11)",
            ),
        ] {
            assert_eq!(parse(body.as_bytes()).unwrap_err(), said, "{body}");
        }
        assert_eq!(
            parse(b"\xff{").unwrap_err(),
            "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
        );
    }

    #[test]
    fn a_member_that_stands_twice_and_nesting_without_end_are_refused() {
        for body in [
            r#"{"username":"a","username":"b"}"#,
            r#"{"a":{"x":1,"x":1}}"#,
            r#"[{"x":1,"\u0078":1}]"#,
        ] {
            assert!(
                parse(body.as_bytes())
                    .unwrap_err()
                    .starts_with("Duplicate member"),
                "{body}"
            );
        }
        let deep = "[".repeat(60_000);
        assert!(
            parse(deep.as_bytes())
                .unwrap_err()
                .starts_with("Nested too deeply")
        );
        assert_eq!(
            parse(br#"{"a":[1,2.5,null,true,"x"]}"#).unwrap()["a"][1],
            2.5
        );
    }
}
