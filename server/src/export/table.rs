//! Rows as comma-separated values (RFC 4180), safe to open in a spreadsheet.
//!
//! A spreadsheet takes a cell that begins like a formula for one, and user agents, names and what was
//! typed come from anybody. Such a cell gets an apostrophe before it; so does what stands behind a
//! semicolon, a tab or a line break inside a cell, which some spreadsheets take for the next cell.
//! Every cell is quoted. Nothing else is changed; the exact text is in the JSON lines.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
use serde_json::Value;

/// A column: its name, and where in a row's JSON it stands.
pub(super) type Column = (&'static str, &'static str);

/// Where a spreadsheet may see the beginning of a cell.
const SEPARATORS: [char; 5] = [';', '\t', '\r', '\n', '|'];

/// Whether a spreadsheet may take what begins so for a formula.
fn begins_formula(character: char) -> bool {
    matches!(
        character,
        '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'
    )
}

/// A cell that no spreadsheet takes for a formula.
pub(crate) fn guarded(cell: &str) -> Cow<'_, str> {
    let is_blank = |character: char| matches!(character, '\t' | '\r' | '\n');
    let starts_wrong = |text: &str| {
        // Blanks and quotes at the beginning of a cell may be dropped on reading.
        let first = text
            .trim_start_matches(|character: char| character.is_whitespace() || character == '"')
            .chars()
            .next();
        first.is_some_and(begins_formula)
    };
    let mut guarded = String::new();
    let mut rest = cell;
    let mut is_changed = false;
    if cell.chars().next().is_some_and(is_blank) || starts_wrong(cell) {
        guarded.push('\'');
        is_changed = true;
    }
    while let Some(at) = rest.find(SEPARATORS) {
        let (before, after) = rest.split_at(at + 1);
        guarded.push_str(before);
        if starts_wrong(after) {
            guarded.push('\'');
            is_changed = true;
        }
        rest = after;
    }
    if !is_changed {
        return Cow::Borrowed(cell);
    }
    guarded.push_str(rest);
    Cow::Owned(guarded)
}

/// Writes rows into text, batch by batch.
#[derive(Debug)]
pub(super) struct Table {
    columns: &'static [Column],
}

impl Table {
    pub(super) fn new(columns: &'static [Column]) -> Self {
        Self { columns }
    }

    /// The row of names.
    pub(super) fn head(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = writer();
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        finished(writer)
    }

    /// Rows, each out of its JSON.
    pub(super) fn rows(&self, rows: &[Value]) -> Result<Vec<u8>, csv::Error> {
        let mut writer = writer();
        for row in rows {
            for (_, place) in self.columns {
                let cell = row.pointer(place).map_or(Cow::Borrowed(""), cell);
                writer.write_field(&*guarded(&cell))?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        finished(writer)
    }
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new())
}

fn finished(writer: Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    writer
        .into_inner()
        .map_err(|error| std::io::Error::other(error.to_string()).into())
}

fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_looks_like_a_formula_gets_an_apostrophe() {
        for (cell, expected) in [
            ("", ""),
            ("ann", "ann"),
            ("a=b", "a=b"),
            ("a-b@example.com", "a-b@example.com"),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("\nx", "'\nx"),
            (" =1", "' =1"),
            ("\"=1", "'\"=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("Mozilla;=cmd()", "Mozilla;'=cmd()"),
            ("a; =b;@c;d", "a;' =b;'@c;d"),
            ("Mozilla/5.0 (X11; Linux)", "Mozilla/5.0 (X11; Linux)"),
        ] {
            assert_eq!(guarded(cell), expected, "{cell:?}");
        }
    }

    /// The cells of a text as a strict reader of RFC 4180 sees them.
    fn read(text: &[u8]) -> Vec<Vec<String>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text)
            .records()
            .map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect())
            .collect()
    }

    const COLUMNS: [Column; 3] = [("text", "/text"), ("deep", "/in/number"), ("none", "/none")];

    #[test]
    fn rows_have_a_head_and_end_in_crlf() {
        let table = Table::new(&COLUMNS);
        assert_eq!(table.head().unwrap(), b"\"text\",\"deep\",\"none\"\r\n");
        let rows = [json!({ "text": "a \"b\", c", "in": { "number": 7 }, "none": null })];
        assert_eq!(
            table.rows(&rows).unwrap(),
            b"\"a \"\"b\"\", c\",\"7\",\"\"\r\n"
        );
        assert_eq!(table.rows(&[]).unwrap(), b"");
    }

    proptest! {
        #[test]
        fn no_cell_begins_like_a_formula_and_none_loses_a_character(
            text in "[-=+@;|'\"\t\r\n ,a\u{ff1d}\u{ff20}]{0,24}"
        ) {
            let table = Table::new(&COLUMNS);
            let written = table.rows(&[json!({ "text": text })]).unwrap();
            let rows = read(&written);
            prop_assert_eq!(rows.len(), 1);
            let cell = &rows[0][0];
            for (index, part) in cell.split(SEPARATORS).enumerate() {
                let first = part.trim_start_matches(['"', ' ']).chars().next();
                prop_assert!(!first.is_some_and(begins_formula), "{:?} part {}", cell, index);
            }
            // Without the apostrophes that were put in, it is what it was.
            let mut rest = text.chars();
            let mut next = rest.next();
            for character in cell.chars() {
                if Some(character) == next {
                    next = rest.next();
                } else {
                    prop_assert_eq!(character, '\'');
                }
            }
            prop_assert_eq!(next, None);
        }
    }
}
