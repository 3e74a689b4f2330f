//! `POST /api/auth/password/change/`.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use latchkey_identity::{ChangePasswordError, change_password, password::NewPasswordError};
use serde_json::json;
use tower_sessions::Session;

use super::{body::Body, fields::Text, refusal::Refusal, shapes};
use crate::{
    failure::Failure,
    guard, limits,
    rate::Counted,
    visit::{Source, Visit},
};

#[utoipa::path(post, path = "/api/auth/password/change/", tag = "Account", request_body = shapes::PasswordChange, responses((status = 200, body = shapes::Detail)))]
/// Changes one's own password. Everything else that is signed in ends.
pub(crate) async fn change(
    visit: Visit,
    session: Session,
    body: Body,
) -> Result<Response, Refusal> {
    let mut fields = body.fields()?;
    let old = fields.required("old_password", Text::Exact);
    let new = fields.required("new_password1", Text::Exact);
    let again = fields.required("new_password2", Text::Exact);
    if let (Some(new), Some(again)) = (&new, &again)
        && new != again
    {
        // Their apostrophe, as the form's.
        fields.wrong(
            "new_password2",
            "The two password fields didn\u{2019}t match.",
        );
    }
    fields.finish()?;
    let (Some(old), Some(new)) = (old, new) else {
        return Err(Failure::NotSignedIn.into());
    };
    let principal = visit.signed_in()?;
    // Whoever has somebody else's token gets as few guesses at the password as anybody.
    let account = principal.user_id.to_string();
    let reserved = limits::reserve(&visit, &[(Counted::SignInAccount, &account)])
        .await?
        .map_err(|limited| Failure::Limited {
            retry_after: limited.retry_after,
        })?;
    let outcome = change_password(
        visit.state().identity(),
        principal,
        &old,
        &new,
        visit.caller(),
    )
    .await;
    match outcome {
        Ok(_) => {
            reserved.give_back().await;
            if visit.source() == Some(Source::Session) {
                // What the old password let in has another cookie than what the new one keeps.
                guard::renew(&session).await?;
            }
            Ok(Json(json!({ "detail": "New password has been saved." })).into_response())
        }
        Err(ChangePasswordError::WrongCurrent) => Err(Refusal::invalid(&[(
            "old_password",
            "Your old password was entered incorrectly. Please enter it again.",
        )])),
        Err(ChangePasswordError::New(error)) => {
            reserved.give_back().await;
            Err(Refusal::invalid(&[("new_password2", &text(error))]))
        }
        Err(ChangePasswordError::SignedOut) => {
            reserved.give_back().await;
            Err(Failure::NotSignedIn.into())
        }
        Err(ChangePasswordError::Busy { retry_after }) => {
            reserved.give_back().await;
            Err(Failure::Busy {
                retry_after: retry_after.as_secs().max(1),
            }
            .into())
        }
        Err(ChangePasswordError::Internal(error)) => Err(error.into()),
    }
}

/// What is wrong with a new password, in Django's words where it has some.
pub(super) fn text(error: NewPasswordError) -> String {
    match error {
        NewPasswordError::TooShort { min } => {
            format!("This password is too short. It must contain at least {min} characters.")
        }
        NewPasswordError::TooLong { max_bytes } => {
            format!("This password is too long. It must contain at most {max_bytes} bytes.")
        }
        NewPasswordError::Common => "This password is too common.".to_owned(),
        NewPasswordError::OwnWords => "The password is too similar to the username.".to_owned(),
    }
}
