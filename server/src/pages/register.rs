//! `/register`: making an account.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderValue, StatusCode, header};
use latchkey_app::{
    Section,
    page::provider::ProviderButton,
    page::register::{AccountFieldErrors, RegisterPage},
};
use latchkey_authority::principal::Principal;
use latchkey_identity::{
    SignUp, SignUpError, name::NameError, password::NewPasswordError, sign_up,
};
use serde::Deserialize;
use tower_sessions::Session;
use zeroize::Zeroizing;

use super::{
    providers,
    respond::{self, Around},
    signed_in,
};
use crate::{failure::Failure, form::Fields, visit::Visit};

const AROUND: Around = Around::new("Create an account", Section::None);

#[derive(Deserialize)]
pub(crate) struct AccountForm {
    #[serde(default)]
    pub(super) username: String,
    #[serde(default)]
    pub(super) email: String,
    #[serde(default)]
    pub(super) password: Zeroizing<String>,
}

impl AccountForm {
    pub(super) fn email(&self) -> Option<&str> {
        let email = self.email.trim();
        (!email.is_empty()).then_some(email)
    }
}

/// The sign-up page.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    if visit.principal().is_some() {
        return Ok(Redirect::to("/account").into_response());
    }
    let closed = !visit.state().settings().is_sign_up_open();
    let page = RegisterPage {
        closed,
        providers: offered(&visit),
        ..Default::default()
    };
    let mut response = respond::page(&visit, AROUND, page).await?;
    if closed {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    Ok(response)
}

/// Makes an account and signs it in.
pub(crate) async fn submit(
    visit: Visit,
    session: Session,
    Fields(form): Fields<AccountForm>,
) -> Result<Response, Failure> {
    if !visit.state().settings().is_sign_up_open() {
        let page = RegisterPage {
            closed: true,
            providers: offered(&visit),
            ..Default::default()
        };
        let mut response = respond::page(&visit, AROUND, page).await?;
        *response.status_mut() = StatusCode::FORBIDDEN;
        return Ok(response);
    }
    let outcome = sign_up(
        visit.state().identity(),
        SignUp {
            username: form.username.trim(),
            email: form.email(),
            password: &form.password,
            replaces: visit.principal().and_then(Principal::session_id),
            caller: visit.caller(),
        },
    )
    .await;
    let error = match outcome {
        Ok(signed_in) => return signed_in::lead_on(&visit, &session, signed_in, None).await,
        Err(error) => error,
    };
    let mut errors = AccountFieldErrors::default();
    match error {
        SignUpError::Username(error) => errors.username = Some(username_text(error)),
        SignUpError::Email(error) => errors.email = Some(email_text(error)),
        SignUpError::Password(error) => errors.password = Some(password_text(error)),
        SignUpError::UsernameTaken => errors.username = Some(USERNAME_TAKEN.to_owned()),
        SignUpError::EmailTaken => errors.email = Some(EMAIL_TAKEN.to_owned()),
        SignUpError::Busy { retry_after } => return Err(busy(retry_after)),
        SignUpError::Internal(error) => return Err(error.into()),
    }
    let page = RegisterPage {
        username: form.username.clone(),
        email: form.email.clone(),
        errors,
        closed: false,
        providers: offered(&visit),
    };
    let mut response = respond::page(&visit, AROUND, page).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Whoever may make an account through a provider is offered that.
fn offered(visit: &Visit) -> Vec<ProviderButton> {
    if visit.state().settings().is_provider_sign_up_open() {
        providers::buttons(visit.state())
    } else {
        Vec::new()
    }
}

pub(super) const USERNAME_TAKEN: &str =
    "That name is taken, or looks like one that is. Choose another.";
pub(super) const EMAIL_TAKEN: &str =
    "There is an account with that address already. Sign in instead.";

pub(super) fn busy(retry_after: std::time::Duration) -> Failure {
    Failure::Busy {
        retry_after: retry_after.as_secs().max(1),
    }
}

pub(super) fn username_text(error: NameError) -> String {
    match error {
        NameError::Empty => "Choose a name.",
        NameError::TooLong => "At most 64 characters.",
        NameError::Malformed => {
            "Letters, digits and signs such as . _ and - will do; no spaces and no @."
        }
    }
    .to_owned()
}

pub(super) fn email_text(error: NameError) -> String {
    match error {
        NameError::TooLong => "That address is too long.",
        NameError::Empty | NameError::Malformed => "That is not an e-mail address.",
    }
    .to_owned()
}

pub(super) fn password_text(error: NewPasswordError) -> String {
    match error {
        NewPasswordError::TooShort { min } => {
            format!("At least {min} characters. A few words in a row are easy to remember.")
        }
        NewPasswordError::TooLong { max_bytes } => format!("At most {max_bytes} bytes."),
        NewPasswordError::Common => {
            "That is among the first passwords that anybody would guess. Choose another.".to_owned()
        }
        NewPasswordError::OwnWords => {
            "It is made of your own name or address. Choose other words.".to_owned()
        }
    }
}
