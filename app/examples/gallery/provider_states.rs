//! Providers and connections: the ways in besides a password, in every state worth looking at.

use latchkey_app::{
    Notice, Section,
    page::{
        account::AccountPage,
        connections::{ConnectionItem, ConnectionsPage},
        login::{LoginError, LoginPage},
        provider::{ProviderButton, ProviderIcon},
        provider_failure::{ProviderFailure, ProviderFailurePage},
        register::{AccountFieldErrors, RegisterPage},
        security::{PasswordErrors, SecurityPage},
    },
};
use latchkey_types::Role;

use crate::{
    people::{LONG_NAME, ago, long_email, uuid},
    states::{Stage, anonymous, noticed, of},
};

/// A provider with everything.
pub(crate) fn provider(id: &str, name: &str, icon: Option<ProviderIcon>) -> ProviderButton {
    ProviderButton {
        id: id.to_owned(),
        name: name.to_owned(),
        icon,
    }
}

pub(crate) fn google() -> ProviderButton {
    provider("google", "Google", Some(ProviderIcon::Google))
}

fn github() -> ProviderButton {
    provider("github", "GitHub", Some(ProviderIcon::GitHub))
}

fn company() -> ProviderButton {
    provider("company", "Acme staff", Some(ProviderIcon::Key))
}

/// A provider whose name is as long as nobody should make it, without a drawing.
fn long_provider() -> ProviderButton {
    provider(
        "university",
        "Universitätsrechenzentrum der Friedrich-Alexander-Universität Erlangen-Nürnberg",
        None,
    )
}

fn two() -> Vec<ProviderButton> {
    vec![google(), github()]
}

fn many() -> Vec<ProviderButton> {
    vec![google(), github(), company(), long_provider()]
}

/// One connection; the number decides with which provider.
pub(crate) fn connection(number: u64) -> ConnectionItem {
    let (provider, email) = match number % 3 {
        0 => (google(), Some("grace.hopper@gmail.com")),
        1 => (github(), None),
        _ => (company(), Some("grace@acme.example.com")),
    };
    let days = i64::try_from(number).unwrap() * 41 + 12;
    ConnectionItem {
        identity_id: uuid(300_000 + number),
        provider,
        email: email.map(str::to_owned),
        linked_at: ago(days * 86_400),
        last_used_at: (number != 2).then(|| ago(days * 1_400)),
        is_blocked: false,
        is_last_way_in: false,
    }
}

/// A connection whose every text is as long as it gets, blocked and the last one.
pub(crate) fn long_connection() -> ConnectionItem {
    ConnectionItem {
        provider: long_provider(),
        email: Some(long_email()),
        is_blocked: true,
        is_last_way_in: true,
        ..connection(4)
    }
}

/// All of them.
pub(crate) fn all(stage: &mut Stage) {
    ways_in(stage);
    once_more(stage);
    connections(stage);
    passwords(stage);
    failures(stage);
}

fn ways_in(stage: &mut Stage) {
    let login = || anonymous("Sign in");
    let page = |providers| LoginPage {
        sign_up_open: true,
        providers,
        ..LoginPage::default()
    };
    stage.shoot("login-google", login(), page(vec![google()]));
    stage.shoot(
        "login-providers",
        login(),
        LoginPage {
            next: Some("/account/sessions".to_owned()),
            ..page(many())
        },
    );
    stage.shoot(
        "login-providers-refused",
        login(),
        LoginPage {
            identifier: "grace.hopper".to_owned(),
            error: Some(LoginError::Refused),
            ..page(two())
        },
    );
    let register = || anonymous("Create an account");
    stage.shoot(
        "register-providers",
        register(),
        RegisterPage {
            providers: two(),
            ..RegisterPage::default()
        },
    );
    stage.shoot(
        "register-providers-errors",
        register(),
        RegisterPage {
            username: "two words".to_owned(),
            errors: AccountFieldErrors {
                username: Some("No spaces and no @.".to_owned()),
                ..AccountFieldErrors::default()
            },
            providers: many(),
            ..RegisterPage::default()
        },
    );
}

fn once_more(stage: &mut Stage) {
    let frame = || of(Role::User, Section::None, "Sign in once more");
    let again = |providers| LoginPage {
        identifier: "grace.hopper".to_owned(),
        next: Some("/account/connections".to_owned()),
        providers,
        is_again: true,
        ..LoginPage::default()
    };
    stage.shoot("login-again", frame(), again(vec![google()]));
    stage.shoot("login-again-password-only", frame(), again(Vec::new()));
    stage.shoot(
        "login-again-no-password",
        frame(),
        LoginPage {
            has_no_password: true,
            ..again(two())
        },
    );
}

fn connections(stage: &mut Stage) {
    let frame = |role| of(role, Section::AccountConnections, "Connections");
    let page = || ConnectionsPage {
        connections: (0..2).map(connection).collect(),
        available: vec![company()],
        has_password: true,
        needs_fresh_proof: false,
    };
    stage.shoot(
        "connections",
        noticed(frame(Role::User), Notice::Linked),
        page(),
    );
    stage.shoot(
        "connections-stale",
        frame(Role::User),
        ConnectionsPage {
            needs_fresh_proof: true,
            ..page()
        },
    );
    stage.shoot(
        "connections-empty",
        noticed(frame(Role::User), Notice::Unlinked),
        ConnectionsPage {
            connections: Vec::new(),
            available: many(),
            ..page()
        },
    );
    stage.shoot(
        "connections-nothing-offered",
        frame(Role::User),
        ConnectionsPage {
            needs_fresh_proof: true,
            ..ConnectionsPage::default()
        },
    );
    stage.shoot(
        "connections-last",
        frame(Role::User),
        ConnectionsPage {
            connections: vec![ConnectionItem {
                is_last_way_in: true,
                ..connection(0)
            }],
            available: Vec::new(),
            has_password: false,
            ..page()
        },
    );
    stage.shoot(
        "connections-long",
        frame(Role::Administrator),
        ConnectionsPage {
            connections: vec![
                long_connection(),
                ConnectionItem {
                    is_blocked: true,
                    ..connection(0)
                },
                connection(2),
            ],
            available: vec![github(), long_provider()],
            has_password: false,
            ..page()
        },
    );
}

fn passwords(stage: &mut Stage) {
    let frame = || of(Role::User, Section::AccountSecurity, "Security");
    let none = |new: Option<&str>| SecurityPage {
        errors: PasswordErrors {
            new: new.map(str::to_owned),
            ..PasswordErrors::default()
        },
        username: "grace.hopper".to_owned(),
        has_password: false,
        needs_fresh_proof: false,
    };
    stage.shoot("security-set", frame(), none(None));
    stage.shoot(
        "security-set-errors",
        frame(),
        none(Some("At least 15 characters are needed; this has 9.")),
    );
    stage.shoot(
        "security-set-stale",
        frame(),
        SecurityPage {
            needs_fresh_proof: true,
            ..none(None)
        },
    );
    stage.shoot(
        "security-set-done",
        noticed(frame(), Notice::PasswordSet),
        SecurityPage {
            has_password: true,
            ..none(None)
        },
    );
    stage.shoot(
        "account-no-password",
        of(Role::User, Section::Account, "Account"),
        AccountPage {
            username: "grace.hopper".to_owned(),
            email: Some("grace.hopper@gmail.com".to_owned()),
            email_verified: true,
            role: Role::User,
            created_at: ago(86_400),
            has_password: false,
            live_sessions: 1,
            live_families: 0,
            thefts: Vec::new(),
            next: None,
        },
    );
}

/// Fit for a file's name: to somebody who is not signed in, to somebody who is.
const fn failure_names(failure: ProviderFailure) -> [&'static str; 2] {
    match failure {
        ProviderFailure::ConsentDenied => ["failure-consent", "failure-consent-signed-in"],
        ProviderFailure::ProviderDown => ["failure-down", "failure-down-signed-in"],
        ProviderFailure::ClockOff => ["failure-clock", "failure-clock-signed-in"],
        ProviderFailure::AccountDisabled => ["failure-disabled", "failure-disabled-signed-in"],
        ProviderFailure::IdentityBlocked => ["failure-blocked", "failure-blocked-signed-in"],
        ProviderFailure::DomainNotAllowed => ["failure-domain", "failure-domain-signed-in"],
        ProviderFailure::AddressInUse => ["failure-address", "failure-address-signed-in"],
        ProviderFailure::SignUpClosed => ["failure-closed", "failure-closed-signed-in"],
        ProviderFailure::IdentityTaken => ["failure-taken", "failure-taken-signed-in"],
        ProviderFailure::OtherBrowser => ["failure-browser", "failure-browser-signed-in"],
        ProviderFailure::Refused => ["failure-refused", "failure-refused-signed-in"],
        ProviderFailure::NoSuchProvider => ["failure-none", "failure-none-signed-in"],
    }
}

fn failures(stage: &mut Stage) {
    for failure in ProviderFailure::ALL {
        let page = |provider: &str, signed_in| ProviderFailurePage {
            provider: provider.to_owned(),
            failure,
            signed_in,
        };
        let [name, name_signed_in] = failure_names(failure);
        stage.shoot(name, anonymous(failure.title()), page("Google", false));
        stage.shoot(
            name_signed_in,
            of(Role::User, Section::None, failure.title()),
            page("GitHub", true),
        );
    }
    stage.shoot(
        "failure-long",
        anonymous("Sign in"),
        ProviderFailurePage {
            provider: format!("{}-{LONG_NAME}", long_provider().name),
            failure: ProviderFailure::SignUpClosed,
            signed_in: false,
        },
    );
}
