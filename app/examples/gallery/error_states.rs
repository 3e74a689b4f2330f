//! What is shown where a page cannot be, to those who are signed in and those who are not.

use latchkey_app::{
    Frame, Section, Theme,
    page::{
        components::ComponentsPage,
        error::{ErrorPage, TypedItem, Way},
        lead_on::LeadOnPage,
    },
};
use latchkey_types::Role;

use crate::states::{Stage, anonymous, of};

fn page(status: u16, title: &'static str, text: &str, advice: &str) -> ErrorPage {
    ErrorPage {
        status,
        title,
        text: text.to_owned(),
        advice: advice.to_owned(),
        typed: Vec::new(),
        ways: vec![way("Sign in", "/login")],
        request_id: "Yk3xRr0uQ9mB2c-d".to_owned(),
    }
}

fn way(label: &'static str, href: &str) -> Way {
    Way {
        label,
        href: href.to_owned(),
    }
}

fn missing() -> ErrorPage {
    page(
        404,
        "There is nothing here",
        "The address may be mistyped, or what was here is gone.",
        "",
    )
}

fn busy() -> ErrorPage {
    ErrorPage {
        ways: vec![
            way("Try again", "/admin/sessions"),
            way("Go to the console", "/admin"),
        ],
        ..page(
            503,
            "Too busy at the moment",
            "The server has too much to do, or cannot reach its database. Nothing was changed.",
            "This passes by itself: try again in 5 seconds.",
        )
    }
}

/// Every page.
pub(crate) fn all(stage: &mut Stage) {
    let inside = |title: &str| of(Role::Administrator, Section::None, title);
    let account = || vec![way("Go to your account", "/account")];
    stage.shoot("error-404", anonymous("Not found"), missing());
    stage.shoot(
        "error-404-signed-in",
        of(Role::User, Section::None, "Not found"),
        ErrorPage {
            ways: account(),
            ..missing()
        },
    );
    stage.shoot(
        "error-403",
        of(Role::User, Section::None, "Not permitted"),
        ErrorPage {
            ways: account(),
            ..page(
                403,
                "You may not do that",
                "Your role does not allow it.",
                "Ask an administrator if you think it should.",
            )
        },
    );
    stage.shoot(
        "error-form-expired",
        inside("Expired"),
        ErrorPage {
            typed: vec![TypedItem {
                name: "Note",
                text: "Asked Grace: it was her own script, on two machines.\nNo reason to worry."
                    .to_owned(),
            }],
            ways: vec![
                way("Load the page again", "/admin/threats"),
                way("Go to the console", "/admin"),
            ],
            ..page(
                403,
                "That form has expired",
                "It was not sent from a page that is still good, so nothing was changed.",
                "Load the page again and send the form once more.",
            )
        },
    );
    stage.shoot(
        "error-429",
        anonymous("Too many"),
        page(
            429,
            "Too many attempts",
            "To keep guesses out, only so many are let through in a while.",
            "Try again in 2 minutes.",
        ),
    );
    stage.shoot(
        "error-500",
        // As it stands where nobody could be looked up.
        Frame {
            here: None,
            ..anonymous("Error")
        },
        ErrorPage {
            ways: vec![way("Go to the start page", "/")],
            ..page(
                500,
                "Something went wrong on our side",
                "It is our fault, not yours, and it is on record.",
                "Try again. If it happens again, tell whoever runs this server the request id: the log has the reason under it.",
            )
        },
    );
    stage.shoot("error-503", anonymous("Busy"), busy());
    stage.shoot(
        "error-503-dark",
        Frame {
            theme: Theme::Dark,
            ..anonymous("Busy")
        },
        busy(),
    );
    stage.shoot("components", anonymous("Components"), ComponentsPage);
    let lead_on = |provider: &str| LeadOnPage {
        provider: provider.to_owned(),
        address: "https://accounts.example.com/o/oauth2/v2/auth?client_id=latchkey".to_owned(),
    };
    stage.shoot("lead-on", inside("One moment"), lead_on("Google"));
    stage.shoot(
        "lead-on-long",
        anonymous("One moment"),
        lead_on("Universitätsrechenzentrum der Friedrich-Alexander-Universität Erlangen-Nürnberg"),
    );
}
