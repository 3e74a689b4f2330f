//! The cookies of tokens, for front ends that know them under other names.

use super::{Finding, SettingsError, value::Reader};

/// The names of the access token's and the refresh token's cookie, and the latter's path.
pub(super) fn read(
    reader: &mut Reader<'_>,
    is_secure: bool,
) -> Result<(String, String, String), SettingsError> {
    let (access, refresh) = if is_secure {
        ("__Host-latchkey-access", "__Secure-latchkey-refresh")
    } else {
        ("latchkey-access", "latchkey-refresh")
    };
    let mut name = |setting, default: &str| {
        reader
            .optional(setting, |text| cookie_name(text, is_secure))
            .map(|chosen| chosen.unwrap_or_else(|| default.to_owned()))
    };
    let access = name("access_cookie", access)?;
    let refresh = name("refresh_cookie", refresh)?;
    let path = reader.with("refresh_cookie_path", cookie_path)?;
    if access == refresh {
        return Err(SettingsError::Conflict(
            "settings `access_cookie` and `refresh_cookie` must differ".to_owned(),
        ));
    }
    if refresh.starts_with("__Host-") && path != "/" {
        return Err(SettingsError::Conflict(
            "setting `refresh_cookie` begins with `__Host-`: then `refresh_cookie_path` must be `/`"
                .to_owned(),
        ));
    }
    Ok((access, refresh, path))
}

/// What their names do not keep out. `__Secure-` keeps out whoever can answer over
/// plain http in the name of this host. `__Host-` keeps out every other host as well; without it a
/// neighbour can set the cookie. The refresh token's has a path of its own by default, which
/// `__Host-` forbids: docs/threat-model.md has what a neighbour gains there.
pub(super) fn findings(access: &str, refresh: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !access.starts_with("__Host-") {
        findings.push(Finding::new(
            "access_cookie",
            "It has no `__Host-` before its name: a neighbour on the same site could set it",
            "Leave it unset once every front end knows the usual name",
        ));
    }
    if !refresh.starts_with("__Host-") && !refresh.starts_with("__Secure-") {
        findings.push(Finding::new(
            "refresh_cookie",
            "It has no `__Secure-` before its name: whoever can answer for this host over plain http \
             could set it",
            "Leave it unset once every front end knows the usual name",
        ));
    }
    findings
}

/// The name of a cookie that an older front end knows.
fn cookie_name(text: &str, is_secure: bool) -> Result<String, String> {
    let is_plain = text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !is_plain {
        return Err("expected at most 64 letters, digits and `-`, `_`, `.`".to_owned());
    }
    if text.starts_with("__") && !is_secure {
        return Err("a name with `__` before it needs an https base_url".to_owned());
    }
    Ok(text.to_owned())
}

fn cookie_path(text: &str) -> Result<String, String> {
    let is_plain = text.starts_with('/')
        && text.len() <= 128
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
    if is_plain {
        Ok(text.to_owned())
    } else {
        Err("expected a path such as `/api/auth`".to_owned())
    }
}
