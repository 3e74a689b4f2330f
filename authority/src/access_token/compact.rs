//! The compact form (RFC 7515 §7.1), checked before anything believes it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_types::{Algorithm, Word as _};

use super::{AccessTokenError, Json};

/// No token of ours comes near it.
const LIMIT: usize = 4_096;

/// Others say more about people in theirs.
const FOREIGN_LIMIT: usize = 16_384;

/// Decodes base64url if it is in its only spelling: no padding, no other characters, no stray bits.
pub(crate) fn canonical_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    (URL_SAFE_NO_PAD.encode(&bytes) == text).then_some(bytes)
}

/// A token in its parts, of which nothing is verified yet.
#[derive(Debug)]
pub(super) struct Compact<'a> {
    pub(super) header: Header,
    pub(super) payload: Vec<u8>,
    /// What is signed: the first two parts.
    pub(super) signed: &'a str,
    /// The signature as it stands in the token.
    pub(super) signature: &'a str,
}

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) algorithm: String,
    pub(super) kid: Option<String>,
    pub(super) typ: Option<String>,
}

impl<'a> Compact<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, AccessTokenError> {
        Self::within(text, LIMIT, &[])
    }

    /// The same for a token that somebody else made: the thumbprint of a certificate may stand in
    /// its header, where it chooses nothing.
    pub(super) fn parse_foreign(text: &'a str) -> Result<Self, AccessTokenError> {
        Self::within(text, FOREIGN_LIMIT, &["x5t", "x5t#S256"])
    }

    fn within(text: &'a str, limit: usize, ignored: &[&str]) -> Result<Self, AccessTokenError> {
        let (header, payload, signed, signature) =
            split(text, limit).ok_or(AccessTokenError::Malformed)?;
        Ok(Self {
            header: Header::parse(header, ignored).ok_or(AccessTokenError::BadHeader)?,
            payload,
            signed,
            signature,
        })
    }
}

/// Header, payload, the signed text, the signature's text.
fn split(text: &str, limit: usize) -> Option<(Vec<u8>, Vec<u8>, &str, &str)> {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text.len() > limit || !text.bytes().all(is_known) {
        return None;
    }
    let (signed, signature) = text.rsplit_once('.')?;
    // A part with a dot in it is no base64url: so there are three parts exactly.
    let (header, payload) = signed.split_once('.')?;
    if header.is_empty() || canonical_base64(signature)?.is_empty() {
        return None;
    }
    Some((
        canonical_base64(header)?,
        canonical_base64(payload)?,
        signed,
        signature,
    ))
}

impl Header {
    /// Reads a header that has `alg`, perhaps `kid` and `typ`, and nothing else that counts: whoever puts
    /// `jwk`, `jku`, `x5u` or `x5c` there wants to choose the key, and `crit` asks for what is not
    /// understood (RFC 7515 §4.1.11).
    fn parse(bytes: Vec<u8>, ignored: &[&str]) -> Option<Self> {
        let json = Json::parse(std::str::from_utf8(&bytes).ok()?)?;
        let mut header = Self {
            algorithm: json.member("alg")?.as_text()?.to_owned(),
            kid: None,
            typ: None,
        };
        for (name, value) in json.members()? {
            match name.as_str() {
                "alg" => {}
                "kid" => header.kid = Some(value.as_text()?.to_owned()),
                "typ" => header.typ = Some(value.as_text()?.to_owned()),
                other if ignored.contains(&other) => {}
                _ => return None,
            }
        }
        Some(header)
    }

    /// The header of a token that is minted.
    pub(super) fn text(typ: &str, algorithm: Algorithm, kid: &str) -> String {
        // Nothing here needs escaping: two words of ours and base64url.
        format!(
            r#"{{"typ":"{typ}","alg":"{}","kid":"{kid}"}}"#,
            algorithm.as_str()
        )
    }
}
