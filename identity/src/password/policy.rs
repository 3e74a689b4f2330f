//! What is accepted as a new password.
//!
//! Long, not common, and not made of what everybody knows of its owner. No rules of composition:
//! they make passwords worse (NIST SP 800-63B-4 §3.1.1.2).

use std::fmt;

use zeroize::Zeroizing;
use zxcvbn::{Score, matching::patterns::MatchPattern, zxcvbn};

use super::{
    MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARACTERS,
    typed::{Password, PasswordInputError},
};

/// Everybody knows this one too.
const PRODUCT: &str = "latchkey";

/// So many characters must be left when the owner's words are taken away.
const MIN_BEYOND_OWN_WORDS: usize = 8;

/// A single common word needs so many characters beside it that no pattern explains.
const MIN_UNEXPLAINED: usize = 6;

/// So many characters are judged: the work grows with their square, and what is good so far is good.
const MAX_JUDGED: usize = 64;

/// So many different symbols that look like letters are read in all ways.
const MAX_SYMBOLS: usize = 2;

/// Words shorter than that are in everything.
const MIN_WORD: usize = 3;

/// Rows of keys, as they are in most of Europe and America. What runs along one is in the lists of
/// common passwords, and yet no word.
const KEYBOARD_ROWS: [&str; 9] = [
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
];

/// Why a text cannot be set as a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewPasswordError {
    /// It is too short.
    #[error("must have at least {min} characters")]
    TooShort {
        /// The fewest characters.
        min: usize,
    },
    /// It is too long.
    #[error("must have at most {max_bytes} bytes")]
    TooLong {
        /// The most bytes.
        max_bytes: usize,
    },
    /// Many people use it, or it follows a pattern that is tried first.
    #[error("is too easy to guess: it is a common password or follows a common pattern")]
    Common,
    /// It is made of its owner's name or address, or of the name of this program.
    #[error("must not be made of your name, your address or the name of this service")]
    OwnWords,
}

/// A password that may be set. Only [`check_new`] makes one.
#[derive(Clone)]
pub struct NewPassword(Password);

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

impl From<NewPassword> for Password {
    fn from(password: NewPassword) -> Self {
        password.0
    }
}

/// Checks a password that somebody wants to set. `own_words` are their names and addresses.
///
/// Takes milliseconds of computing; a server calls [`super::PasswordHasher::check_new`] instead.
///
/// # Errors
/// See [`NewPasswordError`].
pub fn check_new(password: &str, own_words: &[&str]) -> Result<NewPassword, NewPasswordError> {
    let own_words: Vec<String> = own_words.iter().map(|&word| word.to_owned()).collect();
    check_words(check_length(password)?, &own_words)
}

pub(super) fn check_length(password: &str) -> Result<Password, NewPasswordError> {
    let password = Password::parse(password).map_err(|error| match error {
        PasswordInputError::TooLong => NewPasswordError::TooLong {
            max_bytes: MAX_PASSWORD_BYTES,
        },
    })?;
    if password.expose().chars().count() < MIN_PASSWORD_CHARACTERS {
        return Err(NewPasswordError::TooShort {
            min: MIN_PASSWORD_CHARACTERS,
        });
    }
    Ok(password)
}

pub(super) fn check_words(
    password: Password,
    own_words: &[String],
) -> Result<NewPassword, NewPasswordError> {
    let own_words = parts(own_words);
    if beyond(password.expose(), &own_words) < MIN_BEYOND_OWN_WORDS {
        return Err(NewPasswordError::OwnWords);
    }
    let inputs: Vec<&str> = own_words.iter().map(String::as_str).collect();
    for reading in readings(one_period(password.expose())) {
        let judged = zxcvbn(&reading, &inputs);
        if judged.score() < Score::Three || is_one_word(judged.sequence()) {
            let has_own_word = judged.sequence().iter().any(|found| {
                matches!(&found.pattern, MatchPattern::Dictionary(word)
                    if own_words.contains(&word.matched_word))
            });
            return Err(if has_own_word {
                NewPasswordError::OwnWords
            } else {
                NewPasswordError::Common
            });
        }
    }
    Ok(NewPassword(password))
}

/// The owner's words and the product's name in lower case, whole and in parts, longest first.
fn parts(own_words: &[String]) -> Vec<String> {
    let mut parts: Vec<String> = own_words
        .iter()
        .map(|word| word.to_lowercase())
        .chain([PRODUCT.to_owned()])
        .flat_map(|word| {
            let mut all: Vec<String> = word
                .split(|character: char| !character.is_alphanumeric())
                .map(str::to_owned)
                .collect();
            all.push(word);
            all
        })
        .filter(|part| part.chars().count() >= MIN_WORD)
        .collect();
    parts.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
    parts.dedup();
    parts
}

/// How many characters there are beside the owner's words.
fn beyond(password: &str, own_words: &[String]) -> usize {
    let mut rest = Zeroizing::new(password.to_lowercase());
    for word in own_words {
        // Something stays in the gap, so that what was apart does not grow together.
        rest = Zeroizing::new(rest.replace(word.as_str(), "\0"));
    }
    rest.chars().filter(|character| *character != '\0').count()
}

/// The part that a password repeats, or all of it: repeating adds nothing.
///
/// `passwordpasswor` repeats `password`. Case makes no difference.
fn one_period(password: &str) -> &str {
    let lower: Vec<char> = password
        .chars()
        .map(|character| character.to_lowercase().next().unwrap_or(character))
        .collect();
    // borders[i]: the length of the longest text that both begins and ends lower[..=i].
    let mut borders = vec![0; lower.len()];
    let mut length = 0;
    for at in 1..lower.len() {
        while length > 0 && lower[at] != lower[length] {
            length = borders[length - 1];
        }
        if lower[at] == lower[length] {
            length += 1;
        }
        borders[at] = length;
    }
    let period = lower.len() - borders.last().copied().unwrap_or(0);
    match password.char_indices().nth(period) {
        Some((end, _)) => &password[..end],
        None => password,
    }
}

/// What is judged in the place of a text; all of it must be good.
///
/// zxcvbn tries every way in which symbols may stand for letters, one after the other: of a text
/// with all of these symbols there are hundreds, and they would hold a thread for seconds. Such a
/// text is judged in two plain readings, which are easier to guess than it is itself: the keys
/// without shift, and the letters that the symbols look like.
fn readings(text: &str) -> Vec<Zeroizing<String>> {
    let read = |read: fn(char) -> char| -> Zeroizing<String> {
        Zeroizing::new(text.chars().take(MAX_JUDGED).map(read).collect())
    };
    let plain = read(|character| character);
    let mut symbols: Vec<char> = plain
        .chars()
        .filter(|symbol| looks_like(*symbol) != *symbol)
        .collect();
    symbols.sort_unstable();
    symbols.dedup();
    if symbols.len() <= MAX_SYMBOLS {
        vec![plain]
    } else {
        vec![read(without_shift), read(looks_like)]
    }
}

/// The key of a symbol on an American keyboard.
fn without_shift(symbol: char) -> char {
    match symbol {
        '!' => '1',
        '@' => '2',
        '#' => '3',
        '$' => '4',
        '%' => '5',
        '^' => '6',
        '&' => '7',
        '*' => '8',
        '(' => '9',
        ')' => '0',
        '+' => '=',
        '|' => '\\',
        '<' => ',',
        '[' | '{' => ']',
        other => other,
    }
}

/// The letter that a symbol is taken for. Digits stay: what they may stand for makes few ways only.
fn looks_like(symbol: char) -> char {
    match symbol {
        '@' => 'a',
        '(' | '{' | '[' | '<' => 'c',
        '!' | '|' => 'i',
        '$' => 's',
        '+' => 't',
        '%' => 'x',
        other => other,
    }
}

/// Whether at most one word of the dictionaries, sequences, keyboard runs and dates make up nearly
/// all of a password. zxcvbn counts each piece as if it were chosen freely, so that `Password`
/// three times in three spellings passes for three words.
fn is_one_word(sequence: &[zxcvbn::Match]) -> bool {
    let mut words: Vec<&str> = Vec::new();
    let mut unexplained = 0;
    for found in sequence {
        match &found.pattern {
            MatchPattern::Dictionary(word) => words.push(&word.matched_word),
            MatchPattern::Repeat(repeated) => {
                for base in &repeated.base_matches {
                    if let MatchPattern::Dictionary(word) = &base.pattern {
                        words.push(&word.matched_word);
                    }
                }
            }
            MatchPattern::BruteForce => unexplained += found.token.chars().count(),
            MatchPattern::Spatial(_)
            | MatchPattern::Sequence(_)
            | MatchPattern::Regex(_)
            | MatchPattern::Date(_) => {}
        }
    }
    words.retain(|word| !is_run(word));
    words.sort_unstable();
    words.dedup();
    words.len() <= 1 && unexplained < MIN_UNEXPLAINED
}

/// Whether a word of the dictionaries is a number, or a run along the keyboard in either direction.
fn is_run(word: &str) -> bool {
    let backwards: String = word.chars().rev().collect();
    !word.chars().any(char::is_alphabetic)
        || (word.len() > MIN_WORD
            && KEYBOARD_ROWS
                .iter()
                .any(|row| row.contains(word) || row.contains(&backwards)))
}

#[cfg(test)]
mod tests;
