//! `/account/security`: changing the password.

use axum::response::Response;
use http::StatusCode;
use latchkey_app::{
    Notice, Section,
    page::security::{PasswordErrors, SecurityPage},
};
use latchkey_identity::{
    ChangePasswordError, account, change_password, provider::connections::has_password,
    set_first_password,
};
use serde::Deserialize;
use tower_sessions::Session;
use zeroize::Zeroizing;

use super::{
    register::{busy, password_text},
    respond::{self, Around},
};
use crate::{failure::Failure, form::Fields, guard, limits, rate::Counted, visit::Visit};

const AROUND: Around = Around::new("Security", Section::AccountSecurity);

#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    #[serde(default)]
    current: Zeroizing<String>,
    #[serde(default)]
    new: Zeroizing<String>,
}

/// The page.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    answer(&visit, PasswordErrors::default(), StatusCode::OK).await
}

/// Changes the password; all other sessions end.
pub(crate) async fn submit(
    visit: Visit,
    session: Session,
    Fields(form): Fields<PasswordForm>,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    // Whoever sits down at somebody else's open browser gets as few guesses as anywhere.
    let account = principal.user_id.to_string();
    let reserved = limits::reserve(&visit, &[(Counted::SignInAccount, &account)])
        .await?
        .map_err(|limited| Failure::Limited {
            retry_after: limited.retry_after,
        })?;
    let outcome = change_password(
        visit.state().identity(),
        principal,
        &form.current,
        &form.new,
        visit.caller(),
    )
    .await;
    let mut errors = PasswordErrors::default();
    match outcome {
        Ok(_) => {
            reserved.give_back().await;
            // What the old password let in has another cookie than what the new one keeps.
            guard::renew(&session).await?;
            return Ok(respond::led_to_page(
                "/account/security",
                Notice::PasswordChanged,
            ));
        }
        Err(ChangePasswordError::WrongCurrent) => {
            errors.current = Some("That is not your current password.".to_owned());
        }
        Err(ChangePasswordError::New(error)) => {
            reserved.give_back().await;
            errors.new = Some(password_text(error));
        }
        Err(ChangePasswordError::SignedOut) => return Err(Failure::NotSignedIn),
        Err(ChangePasswordError::Busy { retry_after }) => {
            reserved.give_back().await;
            return Err(busy(retry_after));
        }
        Err(ChangePasswordError::Internal(error)) => return Err(error.into()),
    }
    answer(&visit, errors, StatusCode::UNPROCESSABLE_ENTITY).await
}

#[derive(Deserialize)]
pub(crate) struct FirstPasswordForm {
    #[serde(default)]
    new: Zeroizing<String>,
}

/// Sets the first password of somebody who came in by other ways; all other sessions end.
pub(crate) async fn set_first(
    visit: Visit,
    session: Session,
    Fields(form): Fields<FirstPasswordForm>,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let identity = visit.state().identity();
    let account = principal.user_id.to_string();
    let reserved = limits::reserve(&visit, &[(Counted::SignInAccount, &account)])
        .await?
        .map_err(|limited| Failure::Limited {
            retry_after: limited.retry_after,
        })?;
    let errors = match set_first_password(identity, principal, &form.new, visit.caller()).await {
        Ok(_) => {
            reserved.give_back().await;
            guard::renew(&session).await?;
            return Ok(respond::led_to_page(
                "/account/security",
                Notice::PasswordSet,
            ));
        }
        // There is one by now: the page shows the form that changes it.
        Err(ChangePasswordError::WrongCurrent) => PasswordErrors {
            form: Some("You have a password already. Change it here.".to_owned()),
            ..Default::default()
        },
        Err(ChangePasswordError::New(error)) => PasswordErrors {
            new: Some(password_text(error)),
            ..Default::default()
        },
        Err(ChangePasswordError::SignedOut) => return Err(Failure::NotSignedIn),
        Err(ChangePasswordError::Busy { retry_after }) => return Err(busy(retry_after)),
        Err(ChangePasswordError::Internal(error)) => return Err(error.into()),
    };
    answer(&visit, errors, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn answer(
    visit: &Visit,
    errors: PasswordErrors,
    status: StatusCode,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let account = account::one(visit.state().authority(), principal.user_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let has_password = has_password(visit.state().authority(), principal.user_id).await?;
    let page = SecurityPage {
        errors,
        username: account.username,
        has_password,
        needs_fresh_proof: !visit.has_fresh_proof(),
    };
    let mut response = respond::page(visit, AROUND, page).await?;
    *response.status_mut() = status;
    Ok(response)
}
