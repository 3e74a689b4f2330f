//! Which paths are pages that somebody can go to.

use http::Method;

use super::{Class, ROUTES};

/// Whether a path, with or without a query, is a page that can be asked for again.
pub(crate) fn is_page(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    !is_once(path)
        && ROUTES.iter().any(|route| {
            route.class == Class::Page && route.method == Method::GET && matches(route.path, path)
        })
}

/// Whether a path is a page that does nothing but show.
pub(crate) fn is_for_reading(path: &str) -> bool {
    is_page(path)
        && !path
            .split('?')
            .next()
            .unwrap_or_default()
            .contains("/export.")
}

/// Whether a path leads through a provider and back: a way that is gone once.
pub(crate) fn is_once(path: &str) -> bool {
    path.starts_with("/auth/")
}

/// Whether the query of a path holds the code of a one-time link: it must stand on no page.
pub(crate) fn has_code(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    matches!(path, "/setup" | "/invitation")
}

/// The nearest page above a path: of the form `/admin/sessions/{id}/end`, `/admin/sessions`.
pub(crate) fn page_above(path: &str) -> Option<String> {
    let mut path = path.split('?').next().unwrap_or_default();
    loop {
        if is_page(path) && path != "/" {
            return Some(path.to_owned());
        }
        path = path.rsplit_once('/')?.0;
    }
}

/// Whether a path is of a pattern of the table.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(found))
                if expected == found || (expected.starts_with('{') && !found.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_the_page_above_it() {
        for (path, page) in [
            ("/login", Some("/login")),
            ("/account/security/password", Some("/account/security")),
            ("/admin/sessions/1/end", Some("/admin/sessions")),
            ("/admin/users/1/role?x=y", Some("/admin/users/1")),
            ("/admin/nothing", Some("/admin")),
            ("/auth/google/callback", None),
            ("/logout", None),
            ("/theme", None),
            ("/api/admin/sessions", None),
            ("", None),
            ("//", None),
        ] {
            assert_eq!(page_above(path).as_deref(), page, "{path}");
        }
    }

    #[test]
    fn what_only_takes_forms_is_no_page() {
        for page in ["/", "/account?notice=x", "/admin/users/1", "/api/docs"] {
            assert!(is_page(page), "{page}");
        }
        for other in [
            "/logout",
            "/auth/google",
            "/admin/users/",
            "/pkg/latchkey.css",
            "/healthz",
        ] {
            assert!(!is_page(other), "{other}");
        }
    }
}
