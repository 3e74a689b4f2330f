//! `/api/auth/user/`: who is signed in, and changing their username.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use latchkey_identity::{ChangeUsernameError, account, change_username, name::NameError};
use latchkey_types::UserId;
use serde_json::{Map, Value, json};

use super::{
    body::Body,
    fields::{Fields, Text},
    refusal::Refusal,
    shapes,
};
use crate::{failure::Failure, visit::Visit};

pub(super) const USERNAME_TAKEN: &str = "A user with that username already exists.";

#[utoipa::path(get, path = "/api/auth/user/", tag = "Account", responses((status = 200, body = shapes::AccountUser)))]
/// Who is signed in.
pub(crate) async fn show(visit: Visit) -> Result<Response, Refusal> {
    let principal = visit.signed_in()?;
    let user = object(&visit, principal.user_id).await?;
    Ok(Json(user).into_response())
}

#[utoipa::path(put, path = "/api/auth/user/", tag = "Account", request_body = shapes::UserChange, responses((status = 200, body = shapes::AccountUser)))]
/// Changes what is said of oneself; the username must be there.
pub(crate) async fn replace(visit: Visit, body: Body) -> Result<Response, Refusal> {
    let mut fields = body.fields()?;
    let username = fields.required("username", Text::Trimmed);
    apply(&visit, fields, username.as_deref().map(String::as_str)).await
}

#[utoipa::path(patch, path = "/api/auth/user/", tag = "Account", request_body = shapes::UserChange, responses((status = 200, body = shapes::AccountUser)))]
/// Changes what is said of oneself, as far as it is there.
pub(crate) async fn change(visit: Visit, body: Body) -> Result<Response, Refusal> {
    let mut fields = body.fields()?;
    let username = fields.optional_filled("username", Text::Trimmed);
    apply(&visit, fields, username.as_deref().map(String::as_str)).await
}

/// The address is left as it is, as dj-rest-auth leaves it; first and last name are not kept.
async fn apply(
    visit: &Visit,
    mut fields: Fields,
    username: Option<&str>,
) -> Result<Response, Refusal> {
    for name in ["first_name", "last_name"] {
        let _ = fields.optional(name, Text::Trimmed);
    }
    fields.finish()?;
    let principal = visit.signed_in()?;
    if let Some(username) = username {
        let identity = visit.state().identity();
        let said = match change_username(identity, principal, username, visit.caller()).await {
            Ok(_) => None,
            Err(ChangeUsernameError::Name(error)) => Some(name_text(error)),
            Err(ChangeUsernameError::Taken) => Some(USERNAME_TAKEN),
            Err(ChangeUsernameError::SignedOut) => return Err(Failure::NotSignedIn.into()),
            Err(ChangeUsernameError::Internal(error)) => return Err(error.into()),
        };
        if let Some(said) = said {
            return Err(Refusal::invalid(&[("username", said)]));
        }
    }
    Ok(Json(object(visit, principal.user_id).await?).into_response())
}

/// What is wrong with a username.
pub(super) const fn name_text(error: NameError) -> &'static str {
    match error {
        NameError::Empty => "This field may not be blank.",
        NameError::TooLong => "Ensure this field has no more than 64 characters.",
        NameError::Malformed => {
            "Enter a valid username. This value may contain only letters, numbers, and signs such \
             as ./+/-/_ characters."
        }
    }
}

/// A user as dj-rest-auth shows them.
pub(super) async fn object(visit: &Visit, user_id: UserId) -> Result<Map<String, Value>, Refusal> {
    let account = account::one(visit.state().authority(), user_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let Value::Object(user) = json!({
        "pk": account.user_id,
        "username": account.username,
        "email": account.email.unwrap_or_default(),
        "first_name": "",
        "last_name": "",
    }) else {
        return Ok(Map::new());
    };
    Ok(user)
}
