//! The origin rule: which unsafe requests count as made by a page of ours.
//!
//! Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`) and pages cannot forge
//! it. What cannot be shown to come from us is refused, before anything is looked up.
//!
//! Pages of `allowed_origins` count only where a route is made for them (see
//! [`Route::is_for_front_ends`]): elsewhere the base URL's own origin alone does.

use axum::{body::Body, extract::Request};
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, Limited};
use latchkey_app::page::error::TypedItem;
use percent_encoding::percent_decode_str;

use crate::{
    failure::{Failure, Foreign},
    middleware::BODY_LIMIT,
    routes::Route,
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
    /// A page of an origin that has no business here.
    Foreign,
    /// A browser that says that the request comes from elsewhere, and not from where.
    Elsewhere,
}

/// Whether a page of this origin may act on the route through what the browser keeps for us.
fn is_ours(origin: &str, settings: &Settings, route: &Route) -> bool {
    origin == settings.base_url.to_string()
        || route.is_for_front_ends() && settings.allowed_origins.iter().any(|known| known == origin)
}

fn judge(headers: &HeaderMap, settings: &Settings, route: &Route) -> Verdict {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    if site == Some("same-origin") {
        return Verdict::Accepted;
    }
    match text(header::ORIGIN) {
        Some(origin) if is_ours(origin, settings, route) => Verdict::NeedsToken,
        Some(_) => Verdict::Foreign,
        None if site.is_some() => Verdict::Elsewhere,
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
    is_by_hand: bool,
}

impl Meant {
    pub(crate) fn read(headers: &HeaderMap, settings: &Settings, route: &Route) -> Self {
        Self {
            verdict: judge(headers, settings, route),
            token: headers
                .get(HEADER)
                .map(|token| token.to_str().unwrap_or("").to_owned()),
            is_by_hand: headers
                .get("sec-fetch-site")
                .is_some_and(|site| site == "none"),
        }
    }

    /// Refuses what a browser asks for because a page of somebody else has it do so: by a link, a
    /// picture, a frame. What somebody typed or kept as a bookmark passes.
    pub(crate) fn require_own_link(&self) -> Result<(), Failure> {
        match self.verdict {
            Verdict::Foreign => Err(Failure::ForeignForm(Foreign::Origin)),
            Verdict::Elsewhere if !self.is_by_hand => Err(Failure::ForeignForm(Foreign::Origin)),
            Verdict::Accepted | Verdict::Elsewhere | Verdict::NeedsToken => Ok(()),
        }
    }

    /// Refuses a page that says that it is of another origin than may act here.
    pub(crate) fn require_origin(&self) -> Result<(), Failure> {
        if self.verdict == Verdict::Foreign {
            return Err(Failure::ForeignForm(Foreign::Origin));
        }
        Ok(())
    }

    /// Refuses what does not come from a page of ours and brings no token that `accepts` takes.
    pub(crate) fn require(&self, accepts: impl FnOnce(&str) -> bool) -> Result<(), Failure> {
        match (self.verdict, &self.token) {
            (Verdict::Accepted, _) => Ok(()),
            (Verdict::Foreign | Verdict::Elsewhere, _) => {
                Err(Failure::ForeignForm(Foreign::Origin))
            }
            (Verdict::NeedsToken, None) => Err(Failure::ForeignForm(Foreign::NoToken)),
            (Verdict::NeedsToken, Some(token)) if accepts(token) => Ok(()),
            (Verdict::NeedsToken, Some(_)) => Err(Failure::ForeignForm(Foreign::WrongToken)),
        }
    }
}

/// Checks an unsafe request; gives it back with its body unread.
pub(crate) async fn check(visit: &Visit, request: Request) -> Result<Request, Failure> {
    match judge(request.headers(), visit.state().settings(), visit.route()) {
        Verdict::Accepted => Ok(request),
        Verdict::Foreign | Verdict::Elsewhere => Err(Failure::ForeignForm(Foreign::Origin)),
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
                token => {
                    // Only a page that says that it is ours gets back what it sent: a stranger's
                    // would put words on our pages.
                    if parts.headers.contains_key(header::ORIGIN) {
                        visit.keep_typed(typed(&bytes));
                    }
                    Err(Failure::ForeignForm(if token.is_some() {
                        Foreign::WrongToken
                    } else {
                        Foreign::NoToken
                    }))
                }
            }
        }
    }
}

/// The fields that are shown again when their form was not taken, and what they are called. No
/// secret is among them.
const TYPED: [(&str, &str); 4] = [
    ("identifier", "Username or e-mail address"),
    ("username", "Username"),
    ("email", "E-mail address"),
    ("note", "Note"),
];

fn typed(body: &[u8]) -> Vec<TypedItem> {
    let Ok(body) = std::str::from_utf8(body) else {
        return Vec::new();
    };
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(name, value)| {
            let (_, name) = TYPED.into_iter().find(|(known, _)| *known == name)?;
            let value = value.replace('+', " ");
            let text = percent_decode_str(&value).decode_utf8().ok()?.into_owned();
            (!text.trim().is_empty()).then_some(TypedItem { name, text })
        })
        .take(TYPED.len())
        .collect()
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
    use crate::{
        routes::{Class, ROUTES},
        settings::Sources,
    };

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
        let route = |class| ROUTES.iter().find(|route| route.class == class).unwrap();
        let ours = "https://id.example.com";
        let theirs = "https://app.example.com";
        for (site, origin, expected) in [
            (Some("same-origin"), Some(ours), Verdict::Accepted),
            (Some("same-origin"), None, Verdict::Accepted),
            (Some("same-site"), Some(theirs), Verdict::NeedsToken),
            (
                Some("same-site"),
                Some("https://evil.example.com"),
                Verdict::Foreign,
            ),
            (
                Some("cross-site"),
                Some("https://evil.example"),
                Verdict::Foreign,
            ),
            (Some("cross-site"), None, Verdict::Elsewhere),
            (Some("none"), None, Verdict::Elsewhere),
            (Some(""), None, Verdict::Elsewhere),
            (None, Some(ours), Verdict::NeedsToken),
            (None, Some("null"), Verdict::Foreign),
            (
                None,
                Some("https://id.example.com.evil.example"),
                Verdict::Foreign,
            ),
            (None, Some("http://id.example.com"), Verdict::Foreign),
            (None, None, Verdict::NeedsToken),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            let said = format!("{site:?} {origin:?}");
            let found = judge(&headers, &settings, route(Class::Auth));
            assert_eq!(found, expected, "{said}");
            // Elsewhere nobody but ourselves counts.
            let expected = if origin == Some(theirs) {
                Verdict::Foreign
            } else {
                expected
            };
            for class in [Class::Page, Class::Action, Class::Api] {
                let found = judge(&headers, &settings, route(class));
                assert_eq!(found, expected, "{class:?} {said}");
            }
        }
    }
}
