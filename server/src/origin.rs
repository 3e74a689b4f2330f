//! The origin rule: which unsafe requests count as made by a page of ours.
//!
//! Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`) and pages cannot forge
//! it. What cannot be shown to come from us is refused, before anything is looked up.

use axum::{body::Body, extract::Request};
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, Limited};
use percent_encoding::percent_decode_str;

use crate::{
    failure::{Failure, Foreign},
    middleware::BODY_LIMIT,
    settings::Settings,
    visit::Visit,
};

/// The name of the hidden field.
const FIELD: &str = "csrf";

/// The name of the header, for scripts.
const HEADER: &str = "x-csrftoken";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Accepted,
    NeedsToken,
    Refused,
}

fn judge(headers: &HeaderMap, settings: &Settings) -> Verdict {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    if site == Some("same-origin") {
        return Verdict::Accepted;
    }
    match text(header::ORIGIN) {
        Some(origin) => {
            let is_ours = origin == settings.base_url.to_string()
                || settings.allowed_origins.iter().any(|known| known == origin);
            if is_ours {
                Verdict::NeedsToken
            } else {
                Verdict::Refused
            }
        }
        // A browser that says the request comes from elsewhere, and not from where.
        None if site.is_some() => Verdict::Refused,
        // No browser of today, or a server that acts for one: the token alone decides.
        None => Verdict::NeedsToken,
    }
}

/// What the headers of a request say of where it comes from, for a handler that finds out only
/// later whether it matters.
#[derive(Debug, Clone)]
pub(crate) struct Meant {
    verdict: Verdict,
    token: Option<String>,
}

impl Meant {
    pub(crate) fn read(headers: &HeaderMap, settings: &Settings) -> Self {
        Self {
            verdict: judge(headers, settings),
            token: headers
                .get(HEADER)
                .map(|token| token.to_str().unwrap_or("").to_owned()),
        }
    }

    /// Refuses what does not come from a page of ours and brings no token that `accepts` takes.
    pub(crate) fn require(&self, accepts: impl FnOnce(&str) -> bool) -> Result<(), Failure> {
        match (self.verdict, &self.token) {
            (Verdict::Accepted, _) => Ok(()),
            (Verdict::Refused, _) => Err(Failure::ForeignForm(Foreign::Origin)),
            (Verdict::NeedsToken, None) => Err(Failure::ForeignForm(Foreign::NoToken)),
            (Verdict::NeedsToken, Some(token)) if accepts(token) => Ok(()),
            (Verdict::NeedsToken, Some(_)) => Err(Failure::ForeignForm(Foreign::WrongToken)),
        }
    }
}

/// Checks an unsafe request; gives it back with its body unread.
pub(crate) async fn check(visit: &Visit, request: Request) -> Result<Request, Failure> {
    match judge(request.headers(), visit.state().settings()) {
        Verdict::Accepted => Ok(request),
        Verdict::Refused => Err(Failure::ForeignForm(Foreign::Origin)),
        Verdict::NeedsToken => {
            if request.headers().contains_key(HEADER) {
                visit.require_meant()?;
                return Ok(request);
            }
            let (parts, body) = request.into_parts();
            let bytes = Limited::new(body, BODY_LIMIT)
                .collect()
                .await
                .map_err(|_| Failure::TooLarge)?
                .to_bytes();
            match token_in_form(&bytes) {
                Some(token) if visit.accepts_csrf(&token) => {
                    Ok(Request::from_parts(parts, Body::from(bytes)))
                }
                Some(_) => Err(Failure::ForeignForm(Foreign::WrongToken)),
                None => Err(Failure::ForeignForm(Foreign::NoToken)),
            }
        }
    }
}

fn token_in_form(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, value) = text
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == FIELD)?;
    // Browsers leave base64url as it is; other clients may encode its two signs.
    Some(percent_decode_str(value).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    #[test]
    fn who_says_where_they_come_from_is_judged_by_it() {
        let sources = Sources::defaults()
            .with_variables([
                (
                    "LATCHKEY_BASE_URL".to_owned(),
                    "https://id.example.com".to_owned(),
                ),
                (
                    "LATCHKEY_ALLOWED_ORIGINS".to_owned(),
                    "https://app.example.com".to_owned(),
                ),
            ])
            .unwrap();
        let settings = Settings::load(&sources).unwrap();
        let ours = "https://id.example.com";
        for (site, origin, expected) in [
            (Some("same-origin"), Some(ours), Verdict::Accepted),
            (Some("same-origin"), None, Verdict::Accepted),
            (
                Some("same-site"),
                Some("https://app.example.com"),
                Verdict::NeedsToken,
            ),
            (
                Some("same-site"),
                Some("https://evil.example.com"),
                Verdict::Refused,
            ),
            (
                Some("cross-site"),
                Some("https://evil.example"),
                Verdict::Refused,
            ),
            (Some("cross-site"), None, Verdict::Refused),
            (Some("none"), None, Verdict::Refused),
            (Some(""), None, Verdict::Refused),
            (None, Some(ours), Verdict::NeedsToken),
            (None, Some("null"), Verdict::Refused),
            (
                None,
                Some("https://id.example.com.evil.example"),
                Verdict::Refused,
            ),
            (None, Some("http://id.example.com"), Verdict::Refused),
            (None, None, Verdict::NeedsToken),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(judge(&headers, &settings), expected, "{site:?} {origin:?}");
        }
    }
}
