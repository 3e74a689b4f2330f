//! Text of somebody else's, made safe to show beside our own.

use std::{borrow::Cow, fmt::Write as _};

/// What others wrote, with everything that cannot be seen spelled out: `a‹U+202E›b`.
///
/// Control characters, what turns the direction of writing, and what takes no room would let a text
/// pass for another one, end a line of a log, or command a terminal. Joiners stay between letters or
/// pictures that they join: Persian and families of emoji are written with them.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let joins = is_joiner(character)
            && joinable(before)
            && joinable(rest.peek().copied().filter(|next| !is_unseen(*next)));
        if is_unseen(character) && !joins {
            // Writing to a string does not fail.
            let _ = write!(shown, "‹U+{:04X}›", u32::from(character));
            before = None;
        } else {
            shown.push(character);
            before = Some(character);
        }
    }
    Cow::Owned(shown)
}

/// The same, kept from turning the words around it: for where no element can stand about it, such as
/// an attribute or a question. Only what is written from the right needs that.
pub fn isolated(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    if shown.chars().any(is_from_the_right) {
        Cow::Owned(format!("\u{2068}{shown}\u{2069}"))
    } else {
        shown
    }
}

const fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}')
}

/// What a joiner may stand beside: letters and pictures beyond ASCII, and what follows a picture.
fn joinable(character: Option<char>) -> bool {
    character.is_some_and(|character| !character.is_ascii() && !is_joiner(character))
}

/// Whether a character is not seen, or steers those that are.
const fn is_unseen(character: char) -> bool {
    matches!(character,
        // Control characters.
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}'
        // No width, or a width and no ink.
        | '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
        // Marks of direction.
        | '\u{61C}'
        // Musical beams, shorthand, language tags.
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Whether a character is written from right to left.
const fn is_from_the_right(character: char) -> bool {
    matches!(character,
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_spelled_out() {
        for (text, shown) in [
            (
                "plain text, <b>\"quoted\"</b>",
                "plain text, <b>\"quoted\"</b>",
            ),
            ("", ""),
            ("a\u{202E}b", "a‹U+202E›b"),
            ("two\r\nlines", "two‹U+000D›‹U+000A›lines"),
            ("\u{1B}[31mred", "‹U+001B›[31mred"),
            ("\u{9B}31mred", "‹U+009B›31mred"),
            ("ad\u{200B}min", "ad‹U+200B›min"),
            ("ad\u{200D}min", "ad‹U+200D›min"),
            ("tag\u{E0041}", "tag‹U+E0041›"),
            ("\u{200D}\u{200D}", "‹U+200D›‹U+200D›"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn what_is_written_with_joiners_stays() {
        for text in [
            "👩\u{200D}👩\u{200D}👧",
            "می\u{200C}خواهم",
            "🏳\u{FE0F}\u{200D}🌈",
            "שלום",
            "Ünïcödé",
        ] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_is_written_from_the_right_is_kept_to_itself() {
        assert_eq!(isolated("שלום"), "\u{2068}שלום\u{2069}");
        assert_eq!(isolated("ada"), "ada");
        assert_eq!(isolated("\u{2069}x"), "‹U+2069›x");
    }
}
