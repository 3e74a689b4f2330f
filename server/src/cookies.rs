//! Our cookies: their names, and how each is written.

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue};

use crate::{
    bearer::{BearerError, INVALID},
    header::Ambiguous,
};

pub(crate) use crate::header::first_cookie as read;

/// The names of our cookies.
///
/// `__Host-` binds a cookie to the host and to https; plain http on loopback cannot carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieNames {
    /// The session.
    pub session: &'static str,
    /// A random value that ties the forms of somebody who is not signed in to their browser.
    pub pre_session: &'static str,
    /// A device that signed in before.
    pub device: &'static str,
    /// The one-time code of the set-up link, between following it and sending the form.
    pub setup: &'static str,
    /// The one-time code of an invitation's link, between following it and sending the form.
    pub invitation: &'static str,
    /// The theme that the browser chose: one of three words, and nothing of who uses it.
    pub theme: &'static str,
    secure: bool,
}

impl CookieNames {
    /// The names under a base URL that is https (`secure`) or not.
    pub const fn under(secure: bool) -> Self {
        if secure {
            Self {
                session: "__Host-latchkey",
                pre_session: "__Host-latchkey-pre",
                device: "__Host-latchkey-device",
                setup: "__Host-latchkey-setup",
                invitation: "__Host-latchkey-invitation",
                theme: "__Host-latchkey-theme",
                secure,
            }
        } else {
            Self {
                session: "latchkey",
                pre_session: "latchkey-pre",
                device: "latchkey-device",
                setup: "latchkey-setup",
                invitation: "latchkey-invitation",
                theme: "latchkey-theme",
                secure,
            }
        }
    }

    /// Whether cookies carry `Secure`.
    pub const fn is_secure(self) -> bool {
        self.secure
    }

    /// A cookie that lives as long as `max_age` says, or as long as the browser is open.
    pub fn write(
        self,
        name: &'static str,
        value: String,
        max_age: Option<std::time::Duration>,
    ) -> HeaderValue {
        let mut cookie = Cookie::build((name, value))
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax)
            .path("/");
        if let Some(max_age) = max_age {
            let seconds = i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX);
            cookie = cookie.max_age(cookie::time::Duration::seconds(seconds));
        }
        header_value(&cookie.build())
    }

    /// Takes a cookie away.
    pub fn remove(self, name: &'static str) -> HeaderValue {
        self.write(name, String::new(), Some(std::time::Duration::ZERO))
    }
}

/// The cookies that carry a pair of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenCookies<'a> {
    /// The name of the access token's cookie. It is sent everywhere.
    pub access: &'a str,
    /// The name of the refresh token's cookie.
    pub refresh: &'a str,
    /// The path to which that one is sent.
    pub refresh_path: &'a str,
    /// Whether they carry `Secure`.
    pub secure: bool,
}

impl TokenCookies<'_> {
    /// The cookie of an access token. `Lax`, so that a page that is rendered for somebody who
    /// follows a link knows them.
    pub fn write_access(self, value: &str, max_age: std::time::Duration) -> HeaderValue {
        self.write(self.access, value, "/", SameSite::Lax, max_age)
    }

    /// The cookie of a refresh token. `Strict`: nobody arrives at its paths by a link.
    pub fn write_refresh(self, value: &str, max_age: std::time::Duration) -> HeaderValue {
        let path = self.refresh_path;
        self.write(self.refresh, value, path, SameSite::Strict, max_age)
    }

    /// Takes both away.
    pub fn remove(self) -> [HeaderValue; 2] {
        let now = std::time::Duration::ZERO;
        [self.write_access("", now), self.write_refresh("", now)]
    }

    fn write(
        self,
        name: &str,
        value: &str,
        path: &str,
        same_site: SameSite,
        max_age: std::time::Duration,
    ) -> HeaderValue {
        let seconds = i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX);
        let cookie = Cookie::build((name.to_owned(), value.to_owned()))
            .http_only(true)
            .secure(self.secure)
            .same_site(same_site)
            .path(path.to_owned())
            .max_age(cookie::time::Duration::seconds(seconds))
            .build();
        header_value(&cookie)
    }
}

fn header_value(cookie: &Cookie<'_>) -> HeaderValue {
    // Names and values of ours are ASCII; were one not, no cookie is the safe answer.
    HeaderValue::from_str(&cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
}

/// The value of the one cookie of this name; an empty one is none.
///
/// # Errors
/// If there are several with different values.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, BearerError> {
    crate::header::only_cookie(headers, name).map_err(|Ambiguous| INVALID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_bound_to_the_host_under_https() {
        let names = CookieNames::under(true);
        let written = names.write(names.session, "abc".to_owned(), None);
        let written = written.to_str().unwrap();
        assert!(written.starts_with("__Host-latchkey=abc;"), "{written}");
        for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(written.contains(part), "{written}");
        }
        assert!(!written.contains("Domain"), "{written}");
    }
}
