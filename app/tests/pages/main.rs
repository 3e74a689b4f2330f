//! What must hold for every page in every state.

#![expect(
    clippy::unwrap_used,
    reason = "a page that does not read as expected must fail loudly"
)]

#[path = "../../examples/gallery/bulk_states.rs"]
mod bulk_states;
#[path = "../../examples/gallery/error_states.rs"]
mod error_states;
mod html;
#[path = "../../examples/gallery/invitation_states.rs"]
mod invitation_states;
#[path = "../../examples/gallery/node_states.rs"]
mod node_states;
#[path = "../../examples/gallery/people.rs"]
mod people;
mod program_pages;
#[path = "../../examples/gallery/program_states.rs"]
mod program_states;
#[path = "../../examples/gallery/programs.rs"]
mod programs;
mod provider_pages;
#[path = "../../examples/gallery/provider_states.rs"]
mod provider_states;
#[path = "../../examples/gallery/setting_states.rs"]
mod setting_states;
#[path = "../../examples/gallery/states.rs"]
mod states;

use std::collections::{BTreeSet, HashSet};

use html::{Element, elements};
use latchkey_app::{
    Frame, Notice, Section,
    page::{
        account::AccountPage,
        admin_invitations::{AdminInvitationsPage, InvitationItem},
        admin_users::AdminUsersPage,
        invitation::{InvitationForm, InvitationPage},
        invite::LinkPage,
        listing::{Asked, ListLinks},
        login::LoginPage,
        register::AccountFieldErrors,
    },
    render,
};
use latchkey_types::Role;
use states::{Shot, all, anonymous, of};

const HOSTILE: &str = "<script>alert(1)</script>\"'&";

fn each(check: impl Fn(&Shot, &[Element])) {
    for shot in all(Some("nonce-of-this-page")) {
        let elements = elements(&shot.html);
        check(&shot, &elements);
    }
}

fn ids(elements: &[Element]) -> HashSet<&str> {
    elements
        .iter()
        .filter_map(|element| element.get("id"))
        .collect()
}

#[test]
fn every_form_that_posts_carries_the_token_once() {
    each(|shot, elements| {
        for (index, form) in elements
            .iter()
            .enumerate()
            .filter(|(_, form)| form.is("form"))
        {
            let tokens: Vec<_> = elements
                .iter()
                .filter(|field| field.form == Some(index) && field.get("name") == Some("csrf"))
                .collect();
            if form.get("method") == Some("post") {
                assert_eq!(tokens.len(), 1, "{}: {form:?}", shot.name);
                assert_eq!(tokens[0].get("value"), Some("csrf-token-of-this-page"));
                assert!(form.get("action").unwrap().starts_with('/'));
            } else {
                assert_eq!(form.get("method"), Some("get"), "{}", shot.name);
                assert!(tokens.is_empty(), "{}: the token in an address", shot.name);
            }
        }
    });
}

#[test]
fn forms_have_the_fields_that_the_server_reads() {
    let session = "019b7a5d-ac96-774b-bcce-00b30209b96f";
    let grace = people::user_id(1);
    for (page, action, fields) in [
        ("login", "/login".to_owned(), "csrf identifier password"),
        (
            "login-refused",
            "/login".to_owned(),
            "csrf identifier next password",
        ),
        (
            "register",
            "/register".to_owned(),
            "csrf email password username",
        ),
        ("setup", "/setup".to_owned(), "csrf email password username"),
        (
            "security",
            "/account/security/password".to_owned(),
            "csrf current new",
        ),
        (
            "sessions",
            format!("/account/sessions/{session}/end"),
            "csrf",
        ),
        (
            "sessions",
            "/account/sessions/end-others".to_owned(),
            "csrf",
        ),
        ("sessions", "/logout".to_owned(), "csrf"),
        (
            "admin-sessions",
            format!("/admin/sessions/{session}/end"),
            "back csrf",
        ),
        (
            "admin-sessions",
            "/admin/sessions".to_owned(),
            "address browser by device from method network reason sort state system to used_from user",
        ),
        (
            "admin-users",
            "/admin/users".to_owned(),
            "from role search sort state to",
        ),
        (
            "admin-user",
            format!("/admin/users/{grace}/end-sessions"),
            "csrf",
        ),
        (
            "admin-user",
            format!("/admin/users/{grace}/role"),
            "csrf role",
        ),
        (
            "admin-user",
            format!("/admin/users/{grace}/disable"),
            "csrf",
        ),
        (
            "admin-user",
            format!("/admin/sessions/{session}/end"),
            "back csrf",
        ),
        (
            "admin-user-disabled",
            format!("/admin/users/{}/enable", people::user_id(5)),
            "csrf",
        ),
        (
            "audit",
            "/admin/audit".to_owned(),
            "address family from kind outcome request session sort to user",
        ),
    ] {
        assert_form(page, &action, fields);
    }
}

/// That a page has a form which posts these fields to that address.
fn assert_form(page: &str, action: &str, fields: &str) {
    let shot = shot(page);
    let elements = elements(&shot.html);
    let form = elements
        .iter()
        .position(|form| form.is("form") && form.get("action") == Some(action))
        .unwrap_or_else(|| panic!("{page} has no form for {action}"));
    let names: BTreeSet<_> = elements
        .iter()
        .filter(|field| field.form == Some(form))
        .filter_map(|field| field.get("name"))
        .collect();
    assert_eq!(
        names.into_iter().collect::<Vec<_>>().join(" "),
        fields,
        "{page} {action}"
    );
}

fn shot(name: &str) -> Shot {
    all(None)
        .into_iter()
        .find(|shot| shot.name == name)
        .unwrap()
}

#[test]
fn auditors_see_no_form_that_changes_something() {
    for shot in all(None)
        .into_iter()
        .filter(|shot| shot.name.ends_with("-auditor"))
    {
        for form in elements(&shot.html) {
            if form.is("form") && form.get("method") == Some("post") {
                // The look is the browser's own.
                let action = form.get("action").unwrap();
                assert!(["/logout", "/theme"].contains(&action), "{}", shot.name);
            }
        }
    }
}

#[test]
fn nothing_needs_more_than_the_content_security_policy_allows() {
    each(|shot, elements| {
        let scripts = elements
            .iter()
            .filter(|element| element.is("script"))
            .count();
        assert_eq!(scripts, usize::from(shot.has_islands), "{}", shot.name);
        let islands = elements
            .iter()
            .filter(|element| element.is("leptos-island"))
            .count();
        assert_eq!(islands > 0, shot.has_islands, "{}", shot.name);
        for element in elements {
            for (name, value) in &element.attributes {
                assert_ne!(name, "style", "{}: {element:?}", shot.name);
                assert!(!name.starts_with("on"), "{}: {element:?}", shot.name);
                // Nothing is loaded by what a field holds, or from where a provider is.
                let leads_out = name == "href" && shot.name.starts_with("lead-on");
                for scheme in ["javascript:", "data:", "http:", "https:", "//"] {
                    assert!(
                        !value.trim().starts_with(scheme) || name == "value" || leads_out,
                        "{}: {element:?}",
                        shot.name
                    );
                }
            }
            if element.is("script") {
                assert_eq!(element.get("nonce"), Some("nonce-of-this-page"));
            }
            assert!(!element.is("style"), "{}", shot.name);
        }
    });
    for shot in all(None) {
        assert!(!shot.html.contains("<script"), "{}", shot.name);
        assert!(!shot.html.contains("preload"), "{}", shot.name);
    }
}

#[test]
fn every_field_has_a_label_and_every_reference_leads_somewhere() {
    each(|shot, elements| {
        let labelled: HashSet<_> = elements
            .iter()
            .filter(|element| element.is("label"))
            .filter_map(|label| label.get("for"))
            .collect();
        let ids = ids(elements);
        let all_ids = elements
            .iter()
            .filter_map(|element| element.get("id"))
            .count();
        assert_eq!(ids.len(), all_ids, "{}: an id twice", shot.name);
        for element in elements {
            let is_field = ["input", "select", "textarea"].contains(&element.name.as_str());
            if is_field && element.get("type") != Some("hidden") {
                let id = element.get("id").unwrap_or_default();
                assert!(
                    labelled.contains(id)
                        || element.get("aria-label").is_some()
                        || element.within.iter().any(|around| around == "label"),
                    "{}: {element:?}",
                    shot.name
                );
            }
            for reference in [
                "for",
                "aria-labelledby",
                "aria-describedby",
                "popovertarget",
            ] {
                for id in element
                    .get(reference)
                    .unwrap_or_default()
                    .split_whitespace()
                {
                    assert!(ids.contains(id), "{}: {element:?}", shot.name);
                }
            }
            if let Some(id) = element.get("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(id), "{}: {element:?}", shot.name);
            }
        }
    });
}

#[test]
fn elements_stand_only_where_browsers_leave_them() {
    each(|shot, elements| {
        for element in elements {
            let parent = element.within.last().map(String::as_str);
            let name = element.name.as_str();
            let good = match name {
                "li" => matches!(parent, Some("ul" | "ol")),
                "tr" => matches!(parent, Some("thead" | "tbody")),
                "td" | "th" => parent == Some("tr"),
                "thead" | "tbody" | "caption" => parent == Some("table"),
                "option" => parent == Some("select"),
                "form" | "a" | "button" => !element.within.iter().any(|around| around == name),
                "div" | "p" | "ul" | "ol" | "dl" | "section" | "table" | "h1" | "h2" => !element
                    .within
                    .iter()
                    .any(|around| around == "p" || around == "span"),
                _ => true,
            };
            assert!(good, "{}: {element:?}", shot.name);
            let interactive = ["a", "button", "input", "select"].contains(&name);
            let inside = element
                .within
                .iter()
                .any(|around| around == "a" || around == "button");
            assert!(!(interactive && inside), "{}: {element:?}", shot.name);
        }
        let heads = elements.iter().filter(|element| element.is("h1")).count();
        assert_eq!(heads, 1, "{}: one main heading", shot.name);
    });
}

#[test]
fn what_users_typed_stays_text() {
    let pages = [
        render(
            Frame {
                csrf: HOSTILE.to_owned(),
                ..anonymous(HOSTILE)
            },
            LoginPage {
                identifier: HOSTILE.to_owned(),
                next: Some(HOSTILE.to_owned()),
                ..LoginPage::default()
            },
        ),
        render(
            of(Role::User, Section::Account, "Account"),
            AccountPage {
                username: HOSTILE.to_owned(),
                email: Some(HOSTILE.to_owned()),
                email_verified: false,
                role: Role::User,
                created_at: people::NOW,
                has_password: true,
                live_sessions: 1,
                live_families: 1,
                thefts: Vec::new(),
                next: None,
            },
        ),
        render(
            of(Role::Administrator, Section::AdminUsers, "Users"),
            AdminUsersPage {
                asked: Asked::new().with("search", HOSTILE),
                users: vec![latchkey_app::page::admin_users::UserItem {
                    username: HOSTILE.to_owned(),
                    ..people::user(0)
                }],
                links: ListLinks {
                    next: Some(format!("/admin/users?cursor={HOSTILE}")),
                    ..Default::default()
                },
                may_manage: true,
            },
        ),
        render(
            of(Role::Administrator, Section::AdminUsers, "Invitation"),
            LinkPage {
                link: HOSTILE.to_owned(),
                user: Some(people::link(1, HOSTILE)),
                whom: Some(HOSTILE.to_owned()),
                role: Role::User,
                expires_at: people::NOW,
                is_renewed: true,
            },
        ),
        render(
            of(Role::Administrator, Section::AdminUsers, "Invitations"),
            AdminInvitationsPage {
                invitations: vec![InvitationItem {
                    id: people::link(1, "").id,
                    user: None,
                    username: Some(HOSTILE.to_owned()),
                    email: Some(HOSTILE.to_owned()),
                    role: Role::User,
                    made_by: Some(people::link(1, HOSTILE)),
                    created_at: people::NOW,
                    expires_at: people::NOW,
                    is_vouched_for: false,
                }],
                may_manage: true,
                next: None,
                first: None,
            },
        ),
        render(
            of(Role::User, Section::None, "Invitation"),
            InvitationPage::Form(InvitationForm {
                given: None,
                is_made: false,
                role: Role::User,
                username: HOSTILE.to_owned(),
                email: HOSTILE.to_owned(),
                signed_in: Some(HOSTILE.to_owned()),
                errors: AccountFieldErrors::default(),
            }),
        ),
        program_pages::hostile_family(),
        program_pages::hostile_threat(),
    ]
    .into_iter()
    .chain(provider_pages::hostile());
    for page in pages {
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
            "{page}"
        );
        // The quote did not end an attribute: the tags still match.
        elements(&page);
    }
}

#[test]
fn passwords_are_never_filled_in_and_typing_starts_in_one_place() {
    each(|shot, elements| {
        for field in elements
            .iter()
            .filter(|field| field.get("type") == Some("password"))
        {
            assert_eq!(field.get("value"), None, "{}", shot.name);
            assert!(field.get("autocomplete").unwrap().ends_with("-password"));
            assert_eq!(field.get("maxlength"), None, "a paste would be cut off");
        }
        // Popups have their own; they take effect when one opens.
        let starts = elements
            .iter()
            .filter(|field| field.is("input") && field.get("autofocus").is_some())
            .count();
        assert!(starts <= 1, "{}", shot.name);
    });
}

#[test]
fn wrong_fields_say_so_to_everyone() {
    for (page, field) in [
        ("register-errors", "username"),
        ("register-errors", "password"),
        ("security-errors", "current"),
        ("security-errors", "new"),
    ] {
        let shot = all(None)
            .into_iter()
            .find(|shot| shot.name == page)
            .unwrap();
        let elements = elements(&shot.html);
        let field = elements
            .iter()
            .find(|element| element.get("id") == Some(field))
            .unwrap();
        assert_eq!(field.get("aria-invalid"), Some("true"));
        let described_by = field.get("aria-describedby").unwrap();
        assert!(described_by.contains(&format!("{}-error", field.get("id").unwrap())));
        assert!(
            elements
                .iter()
                .any(|element| element.get("role") == Some("alert"))
        );
    }
}

#[test]
fn every_notice_is_said_and_bad_news_at_once() {
    for notice in Notice::ALL {
        let frame = Frame {
            notice: Some(notice),
            ..anonymous("Sign in")
        };
        let html = render(frame, LoginPage::default());
        let role = if notice == Notice::LastAdministrator {
            "alert"
        } else {
            "status"
        };
        let said = elements(&html)
            .into_iter()
            .filter_map(|element| element.get("role").map(str::to_owned))
            .collect::<Vec<_>>();
        assert_eq!(said, [role], "{notice:?}");
    }
}

#[test]
fn the_sign_in_page_leaves_room_for_its_stylesheet_in_30_kilobytes() {
    let shot = all(None)
        .into_iter()
        .find(|shot| shot.name == "login-ended")
        .unwrap();
    assert!(
        shot.html.len() < 8_000,
        "{} bytes, uncompressed",
        shot.html.len()
    );
}
