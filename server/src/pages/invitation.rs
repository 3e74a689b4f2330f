//! `/invitation`: how somebody comes by the link of an invitation.
//!
//! As with the link of set-up, its code is taken out of the address at once: it moves into a cookie,
//! and the page that shows has no code in its address, its text or its links.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::{StatusCode, header};
use latchkey_app::{
    Section,
    page::{
        invitation::{InvitationForm, InvitationPage},
        register::AccountFieldErrors,
    },
};
use latchkey_authority::principal::Principal;
use latchkey_identity::{
    account,
    invitation::{self, Offer, Redeem, RedeemError},
};
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
    form::{Fields, Query},
    limits,
    rate::Counted,
    visit::Visit,
};

const AROUND: Around = Around::new("Invitation", Section::None);

#[derive(Deserialize)]
pub(crate) struct InvitationQuery {
    code: Option<String>,
}

/// Follows the link, then shows the form.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<InvitationQuery>,
) -> Result<Response, Failure> {
    if let Some(code) = query.code {
        if look(&visit, &code).await?.is_none() {
            return invalid(&visit).await;
        }
        let names = visit.state().cookie_names();
        let mut response = Redirect::to("/invitation").into_response();
        response.headers_mut().append(
            header::SET_COOKIE,
            names.write(names.invitation, code, None),
        );
        return Ok(response);
    }
    let offer = match visit.invitation_code() {
        Some(code) => look(&visit, code).await?,
        None => None,
    };
    let Some(offer) = offer else {
        return invalid(&visit).await;
    };
    let typed = Typed {
        username: String::new(),
        email: offer.email.clone().unwrap_or_default(),
        errors: AccountFieldErrors::default(),
    };
    answer(&visit, offer, typed).await
}

/// Gives the account to whoever came, and signs them in.
pub(crate) async fn submit(
    visit: Visit,
    session: Session,
    Fields(form): Fields<AccountForm>,
) -> Result<Response, Failure> {
    let Some(code) = visit.invitation_code() else {
        return invalid(&visit).await;
    };
    // One link must not tell of any number of names and addresses whether somebody has them.
    let reserved = match limits::reserve(&visit, &[(Counted::Invitation, code)]).await? {
        Ok(reserved) => reserved,
        Err(limited) => {
            return Err(Failure::Limited {
                retry_after: limited.retry_after,
            });
        }
    };
    let outcome = invitation::redeem(
        visit.state().identity(),
        Redeem {
            code,
            username: form.username.trim(),
            email: form.email(),
            password: &form.password,
            may_make_accounts: visit.state().settings().may_invite(),
            replaces: visit.principal().and_then(Principal::session_id),
            caller: visit.caller(),
        },
    )
    .await;
    let error = match outcome {
        Ok(signed_in) => {
            reserved.give_back().await;
            return signed_in::lead_on(&visit, &session, signed_in, None).await;
        }
        Err(error) => error,
    };
    let mut errors = AccountFieldErrors::default();
    match error {
        RedeemError::Invalid => return invalid(&visit).await,
        RedeemError::Username(error) => errors.username = Some(username_text(error)),
        RedeemError::Email(error) => errors.email = Some(email_text(error)),
        RedeemError::Password(error) => errors.password = Some(password_text(error)),
        RedeemError::UsernameTaken => errors.username = Some(USERNAME_TAKEN.to_owned()),
        RedeemError::EmailTaken => errors.email = Some(EMAIL_TAKEN.to_owned()),
        RedeemError::Busy { retry_after } => return Err(busy(retry_after)),
        RedeemError::Internal(error) => return Err(error.into()),
    }
    // What it offers may have changed: somebody took the name that it gave.
    let Some(offer) = look(&visit, code).await? else {
        return invalid(&visit).await;
    };
    let typed = Typed {
        username: form.username.clone(),
        email: form.email.clone(),
        errors,
    };
    let mut response = answer(&visit, offer, typed).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn look(visit: &Visit, code: &str) -> Result<Option<Offer>, Failure> {
    let state = visit.state();
    let may_make = state.settings().may_invite();
    Ok(invitation::look(state.identity(), code, may_make).await?)
}

/// What is kept of what was typed; the password never is.
struct Typed {
    username: String,
    email: String,
    errors: AccountFieldErrors,
}

async fn answer(visit: &Visit, offer: Offer, typed: Typed) -> Result<Response, Failure> {
    let signed_in = match visit.principal() {
        Some(principal) => account::one(visit.state().authority(), principal.user_id)
            .await?
            .map(|account| account.username),
        None => None,
    };
    let form = InvitationForm {
        given: offer.username,
        is_made: offer.is_made,
        role: offer.role,
        username: typed.username,
        email: typed.email,
        signed_in,
        errors: typed.errors,
    };
    respond::page(visit, AROUND, InvitationPage::Form(form)).await
}

/// One answer, whatever is wrong with the link.
async fn invalid(visit: &Visit) -> Result<Response, Failure> {
    let mut response = respond::page(visit, AROUND, InvitationPage::Invalid).await?;
    *response.status_mut() = StatusCode::FORBIDDEN;
    Ok(response)
}
