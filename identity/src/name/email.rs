//! E-mail addresses: what is before the last `@`, and a domain (RFC 5321 §4.1.2, RFC 6531).

use std::borrow::Cow;

use idna::{AsciiDenyList, uts46};
use unicode_normalization::UnicodeNormalization;

use super::NameError;

/// An e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress {
    written: String,
    key: String,
}

impl EmailAddress {
    /// The most bytes of an address (RFC 3696, erratum 1690).
    pub const LIMIT: usize = 254;

    /// The most bytes before the `@` (RFC 5321 §4.5.3.1.1).
    const LOCAL_LIMIT: usize = 64;

    /// Reads an address.
    ///
    /// Quoted local parts and address literals are refused: nobody has one by which they sign in.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        // In bytes first: nothing longer is normalised at all.
        if text.len() > Self::LIMIT {
            return Err(NameError::TooLong);
        }
        let written: String = text.nfc().collect();
        let (local, domain) = written.rsplit_once('@').ok_or(NameError::Malformed)?;
        if !is_dot_atom(local) {
            return Err(NameError::Malformed);
        }
        let key = format!("{}@{}", lower_case(local), ascii_domain(domain)?);
        if written.len() > Self::LIMIT || key.len() > Self::LIMIT || local.len() > Self::LOCAL_LIMIT
        {
            return Err(NameError::TooLong);
        }
        Ok(Self { written, key })
    }

    /// The address as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The form by which it is found: everything in lower case, the domain in ASCII.
    ///
    /// By the letter of RFC 5321 case matters before the `@`; no mail system that people use gives
    /// `Ann@` and `ann@` to different people, and taking one for the other's would be worse.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What stands before the `@`, as its owner wrote it.
    pub fn local_part(&self) -> &str {
        self.written
            .rsplit_once('@')
            .map_or(self.written.as_str(), |(local, _)| local)
    }
}

/// RFC 5322 §3.2.3, with RFC 6531's characters beyond ASCII as far as they are letters, digits or
/// marks that can be seen.
fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom.chars().all(|character| {
                if character.is_ascii() {
                    character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character)
                } else {
                    character.is_alphanumeric()
                        || unicode_normalization::char::is_combining_mark(character)
                }
            })
    })
}

/// Lower case in NFC, until nothing changes.
fn lower_case(text: &str) -> String {
    let mut current = text.to_owned();
    // Two passes settle every string; the bound is for the reader.
    for _ in 0..4 {
        let next: String = current.to_lowercase().nfc().collect();
        if next == current {
            break;
        }
        current = next;
    }
    current
}

fn ascii_domain(domain: &str) -> Result<Cow<'_, str>, NameError> {
    uts46::Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            uts46::Hyphens::CheckFirstLast,
            uts46::DnsLength::Verify,
        )
        .map_err(|_| NameError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_the_spelling_of_the_domain_do_not_tell_addresses_apart() {
        let key = |text| EmailAddress::parse(text).unwrap().key().to_owned();
        assert_eq!(key("Ann@Example.COM"), "ann@example.com");
        assert_eq!(key("ann@bücher.example"), key("ann@xn--bcher-kva.example"));
        assert_eq!(key("ZOE\u{308}@example.com"), "zoë@example.com");
        let address = EmailAddress::parse("Ann.Lee@Example.com").unwrap();
        assert_eq!(address.as_str(), "Ann.Lee@Example.com");
        assert_eq!(address.local_part(), "Ann.Lee");
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        assert_eq!(EmailAddress::parse(""), Err(NameError::Empty));
        let long = format!("{}@example.com", "a".repeat(65));
        assert_eq!(EmailAddress::parse(&long), Err(NameError::TooLong));
        let long = "a".repeat(100_000);
        assert_eq!(EmailAddress::parse(&long), Err(NameError::TooLong));
        for wrong in [
            "ann",
            "@example.com",
            "ann@",
            "ann@@example.com",
            "a b@example.com",
            "ann@exa mple.com",
            ".ann@example.com",
            "a..b@example.com",
            "\"a b\"@example.com",
            "ann@[192.0.2.1]",
            "ann@-example.com",
            "ann@example..com",
            "ann@example.com\r\nBcc: x@example.com",
            "a\u{200b}nn@example.com",
        ] {
            assert_eq!(
                EmailAddress::parse(wrong),
                Err(NameError::Malformed),
                "{wrong:?}"
            );
        }
    }
}
