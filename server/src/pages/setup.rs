//! `/setup`: the first administrator, by a one-time link that the program prints.
//!
//! The link's code is taken out of the address at once: it moves into a cookie, and the page that
//! shows has no code in its address, its text or its links.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::{StatusCode, header};
use latchkey_app::{
    Section,
    page::{register::AccountFieldErrors, setup::SetupPage},
};
use latchkey_authority::user;
use latchkey_identity::setup::{self, Complete, SetupError};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    register::{
        AccountForm, EMAIL_TAKEN, USERNAME_TAKEN, busy, email_text, password_text, username_text,
    },
    respond::{self, Around},
    signed_in,
};
use crate::{
    failure::Failure,
    form::{Fields, LocalPath, Query},
    visit::Visit,
};

const AROUND: Around = Around::new("Set up Latchkey", Section::None);

#[derive(Deserialize)]
pub(crate) struct SetupQuery {
    code: Option<String>,
}

/// Follows the link, then shows the form.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<SetupQuery>,
) -> Result<Response, Failure> {
    let identity = visit.state().identity();
    if let Some(code) = query.code {
        if !setup::check_code(identity, &code).await? {
            return invalid(&visit).await;
        }
        let names = visit.state().cookie_names();
        let mut response = Redirect::to("/setup").into_response();
        response
            .headers_mut()
            .append(header::SET_COOKIE, names.write(names.setup, code, None));
        return Ok(response);
    }
    match visit.setup_code() {
        Some(code) if setup::check_code(identity, code).await? => {
            let page = SetupPage::Form {
                username: String::new(),
                email: String::new(),
                errors: AccountFieldErrors::default(),
            };
            respond::page(&visit, AROUND, page).await
        }
        _ => invalid(&visit).await,
    }
}

/// Makes the first administrator and signs them in.
pub(crate) async fn submit(
    visit: Visit,
    session: Session,
    Fields(form): Fields<AccountForm>,
) -> Result<Response, Failure> {
    let Some(code) = visit.setup_code() else {
        return invalid(&visit).await;
    };
    let outcome = setup::complete(
        visit.state().identity(),
        Complete {
            code,
            username: form.username.trim(),
            email: form.email(),
            password: &form.password,
            caller: visit.caller(),
        },
    )
    .await;
    let error = match outcome {
        Ok(signed_in) => {
            let next = LocalPath::parse("/admin");
            return signed_in::lead_on(&visit, &session, signed_in, next.as_ref()).await;
        }
        Err(error) => error,
    };
    let mut errors = AccountFieldErrors::default();
    match error {
        SetupError::InvalidCode => return invalid(&visit).await,
        SetupError::Username(error) => errors.username = Some(username_text(error)),
        SetupError::Email(error) => errors.email = Some(email_text(error)),
        SetupError::Password(error) => errors.password = Some(password_text(error)),
        SetupError::UsernameTaken => errors.username = Some(USERNAME_TAKEN.to_owned()),
        SetupError::EmailTaken => errors.email = Some(EMAIL_TAKEN.to_owned()),
        SetupError::Busy { retry_after } => return Err(busy(retry_after)),
        SetupError::Internal(error) => return Err(error.into()),
    }
    let page = SetupPage::Form {
        username: form.username.clone(),
        email: form.email.clone(),
        errors,
    };
    let mut response = respond::page(&visit, AROUND, page).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn invalid(visit: &Visit) -> Result<Response, Failure> {
    let is_done = user::administrator_ever(visit.state().authority().database()).await?;
    let page = if is_done {
        SetupPage::Done
    } else {
        SetupPage::InvalidLink
    };
    let mut response = respond::page(visit, AROUND, page).await?;
    *response.status_mut() = StatusCode::FORBIDDEN;
    Ok(response)
}
