//! Showing what a token says, without believing any of it.

use super::compact::canonical_base64;

/// What a token says of itself. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// The header as it stands.
    pub header: String,
    /// The payload as it stands, where it is text.
    pub payload: String,
    /// How many bytes the signature has.
    pub signature_bytes: usize,
}

/// Decodes a token; `None` if it is not in three parts of base64url.
pub fn inspect(text: &str) -> Option<Inspected> {
    let mut parts = text.split('.').map(canonical_base64);
    let (header, payload, signature) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    Some(Inspected {
        header: String::from_utf8(header).ok()?,
        payload: String::from_utf8(payload).ok()?,
        signature_bytes: signature.len(),
    })
}
