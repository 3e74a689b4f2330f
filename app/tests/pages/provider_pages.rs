//! Providers and connections: where their links lead, what their forms send, what is never offered.

use std::collections::HashSet;

use latchkey_app::{
    Frame, Section,
    page::{
        connections::{ConnectionItem, ConnectionsPage},
        login::LoginPage,
        provider::ProviderButton,
        provider_failure::{ProviderFailure, ProviderFailurePage},
        register::RegisterPage,
    },
    render,
};
use latchkey_types::Role;

use crate::{
    HOSTILE, assert_form,
    html::elements,
    provider_states::{connection, google, provider},
    shot,
    states::{all, anonymous, of},
};

/// The targets of the links of a page that lead where `wanted` says.
fn links(html: &str, wanted: &str) -> Vec<String> {
    elements(html)
        .iter()
        .filter(|element| element.is("a"))
        .filter_map(|element| element.get("href"))
        .filter(|href| href.starts_with(wanted))
        .map(str::to_owned)
        .collect()
}

#[test]
fn providers_are_plain_links_above_the_form() {
    for (page, expected) in [
        ("login", vec![]),
        ("register", vec![]),
        ("login-google", vec!["/auth/google"]),
        ("register-providers", vec!["/auth/google", "/auth/github"]),
        (
            "login-providers",
            vec![
                "/auth/google?next=%2Faccount%2Fsessions",
                "/auth/github?next=%2Faccount%2Fsessions",
                "/auth/company?next=%2Faccount%2Fsessions",
                "/auth/university?next=%2Faccount%2Fsessions",
            ],
        ),
        (
            "login-again",
            vec!["/auth/google?next=%2Faccount%2Fconnections&amp;fresh=1"],
        ),
    ] {
        let html = shot(page).html;
        assert_eq!(links(&html, "/auth/"), expected, "{page}");
        let divider = html.find(">or</p>");
        assert_eq!(divider.is_some(), !expected.is_empty(), "{page}");
        if let Some(divider) = divider {
            assert!(html.rfind("Continue with ").unwrap() < divider, "{page}");
            let form = html.find("id=\"password\"").unwrap();
            assert!(divider < form, "{page}");
        }
    }
    assert!(shot("login-google").html.contains("Continue with Google<"));
}

#[test]
fn who_signs_in_once_more_is_asked_for_nothing_that_they_do_not_have() {
    assert_form(
        "login-again",
        "/login",
        "again csrf identifier next password",
    );
    let html = shot("login-again").html;
    assert!(html.contains(">Sign in once more</h1>"));
    assert!(!html.contains("/register"));

    let html = shot("login-again-no-password").html;
    assert_eq!(links(&html, "/auth/").len(), 2);
    assert!(!html.contains("type=\"password\"") && !html.contains(">or</p>"));

    // Nobody is left without any way.
    let lost = LoginPage {
        is_again: true,
        has_no_password: true,
        ..LoginPage::default()
    };
    let html = render(of(Role::User, Section::None, "Sign in"), lost);
    assert!(html.contains("type=\"password\""));
}

#[test]
fn connections_are_made_and_taken_away_by_forms() {
    let id = connection(0).identity_id;
    assert_form("connections", "/account/connections/company/link", "csrf");
    assert_form(
        "connections",
        &format!("/account/connections/{id}/unlink"),
        "csrf",
    );
    let html = shot("connections").html;
    for name in [
        "Disconnect Google, grace.hopper@gmail.com",
        "Disconnect GitHub",
        "Connect Acme staff",
    ] {
        assert!(html.contains(&format!("aria-label=\"{name}\"")), "{name}");
    }
    // The button that takes it away stands in a question.
    assert!(html.contains(&format!("popovertarget=\"unlink-{id}\"")));
    assert!(html.contains(">Disconnect Google?</h2>"));
}

#[test]
fn a_sign_in_that_is_too_old_has_one_link_in_place_of_the_buttons() {
    for (page, back) in [
        ("connections-stale", "/account/connections"),
        ("security-set-stale", "/account/security"),
    ] {
        let html = shot(page).html;
        let again = format!("/login?again=1&amp;next={back}");
        assert_eq!(links(&html, "/login"), [again], "{page}");
        let forms: Vec<_> = elements(&html)
            .into_iter()
            .filter(|element| element.is("form"))
            .filter_map(|form| form.get("action").map(str::to_owned))
            .collect();
        assert_eq!(forms, ["/theme", "/logout"], "{page}");
    }
    // Where there is nothing to change, nobody need sign in for it.
    let html = shot("connections-nothing-offered").html;
    assert!(links(&html, "/login").is_empty());
    assert!(html.contains("No connections<"));
}

#[test]
fn the_last_way_in_stays_and_says_why() {
    let html = shot("connections-last").html;
    assert!(!html.contains("/unlink"));
    assert!(html.contains("Your only way to sign in."));
    assert_eq!(
        links(&html, "/account/security").len(),
        2,
        "in the navigation and beside the connection"
    );
}

#[test]
fn the_console_shows_connections_and_changes_none() {
    for page in ["admin-user", "admin-user-auditor", "admin-user-long"] {
        let html = shot(page).html;
        assert!(
            !html.contains("/unlink") && !html.contains("/link\""),
            "{page}"
        );
    }
    assert!(shot("admin-user").html.contains("grace.hopper@gmail.com"));
    assert!(shot("admin-user-disabled").html.contains("No connections"));
    let html = shot("admin-user-long").html;
    assert!(html.contains(">Blocked</span>") && html.contains(">Only way in</span>"));
}

#[test]
fn a_first_password_needs_no_current_one() {
    for page in ["security-set", "security-set-errors"] {
        assert_form(page, "/account/security/set-password", "csrf new");
        let html = shot(page).html;
        assert!(html.contains("autocomplete=\"new-password\""), "{page}");
        assert!(!html.contains("id=\"current\""), "{page}");
    }
    assert_form(
        "security-set-done",
        "/account/security/password",
        "csrf current new",
    );
    let html = shot("account-no-password").html;
    assert!(html.contains("Set a password") && !html.contains("Change password"));
}

#[test]
fn every_failure_says_what_to_do_and_leads_on() {
    let mut titles = HashSet::new();
    for failure in ProviderFailure::ALL {
        assert!(titles.insert(failure.title()), "{failure:?}");
        assert!((400..600).contains(&failure.status()), "{failure:?}");
        for signed_in in [false, true] {
            let frame = if signed_in {
                of(Role::User, Section::None, failure.title())
            } else {
                anonymous(failure.title())
            };
            let page = ProviderFailurePage {
                provider: "Google".to_owned(),
                failure,
                signed_in,
            };
            let html = render(frame, page);
            let main = &html[html.find("<main").unwrap()..];
            assert!(main.contains(&format!(">{}</h1>", failure.title())));
            let area = if signed_in { "/account" } else { "/login" };
            assert!(main.contains(&format!("<a href=\"{area}")), "{failure:?}");
        }
    }
}

#[test]
fn a_provider_that_does_not_exist_is_not_named() {
    let page = ProviderFailurePage {
        provider: "Whatever the address said".to_owned(),
        failure: ProviderFailure::NoSuchProvider,
        signed_in: false,
    };
    let html = render(anonymous("Not found"), page);
    assert!(!html.contains("Whatever the address said"));
}

#[test]
fn connections_stand_in_the_navigation() {
    for shot in all(None) {
        let entries: Vec<_> = elements(&shot.html)
            .into_iter()
            .filter(|link| link.get("href") == Some("/account/connections"))
            .filter(|link| link.get("class") == Some("tab"))
            .collect();
        let signed_in = shot.html.contains("action=\"/logout\"");
        assert_eq!(entries.len(), usize::from(signed_in), "{}", shot.name);
        for entry in entries {
            let is_here = entry.get("aria-current") == Some("page");
            assert_eq!(
                is_here,
                shot.name.starts_with("connections"),
                "{}",
                shot.name
            );
        }
    }
}

/// Pages with text of somebody's choice wherever somebody has a choice.
pub(crate) fn hostile() -> Vec<String> {
    let strange = || ProviderButton {
        id: HOSTILE.to_owned(),
        ..provider("", HOSTILE, None)
    };
    let frame = || Frame {
        title: "Connections".to_owned(),
        ..of(Role::User, Section::AccountConnections, HOSTILE)
    };
    let login = LoginPage {
        next: Some(HOSTILE.to_owned()),
        providers: vec![strange()],
        ..LoginPage::default()
    };
    let register = RegisterPage {
        providers: vec![strange()],
        ..RegisterPage::default()
    };
    let connections = ConnectionsPage {
        connections: vec![
            ConnectionItem {
                provider: strange(),
                email: Some(HOSTILE.to_owned()),
                is_blocked: true,
                ..connection(0)
            },
            ConnectionItem {
                email: Some(HOSTILE.to_owned()),
                provider: google(),
                ..connection(1)
            },
        ],
        available: vec![strange()],
        has_password: true,
        needs_fresh_proof: false,
    };
    let mut pages = vec![
        render(anonymous("Sign in"), login),
        render(anonymous("Sign up"), register),
        render(frame(), connections),
    ];
    pages.extend(
        ProviderFailure::ALL
            .into_iter()
            .filter(|failure| *failure != ProviderFailure::NoSuchProvider)
            .map(|failure| {
                let page = ProviderFailurePage {
                    provider: HOSTILE.to_owned(),
                    failure,
                    signed_in: false,
                };
                render(anonymous("Sign in"), page)
            }),
    );
    pages
}
