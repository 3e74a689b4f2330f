//! `POST /api/auth/registration/`: making an account and signing in with it.

use axum::response::Response;
use http::StatusCode;
use latchkey_identity::{SignUpError, SignUpForFamily, name::NameError, sign_up_for_family};
use serde_json::json;

use super::{
    body::Body,
    door,
    fields::Text,
    login, password,
    refusal::Refusal,
    shapes,
    transport::TransportQuery,
    user::{USERNAME_TAKEN, name_text},
};
use crate::{failure::Failure, form::Query, visit::Visit};

#[utoipa::path(post, path = "/api/auth/registration/", tag = "Sign-in", request_body = shapes::Registration, params(TransportQuery), responses((status = 201, body = shapes::SignedIn)))]
/// Makes an account, where anybody may.
pub(crate) async fn submit(
    visit: Visit,
    Query(query): Query<TransportQuery>,
    body: Body,
) -> Result<Response, Refusal> {
    door::open(&visit)?;
    if !visit.state().settings().is_sign_up_open() {
        return Err(Refusal::with(
            StatusCode::FORBIDDEN,
            json!({ "detail": "Registration is closed." }),
        ));
    }
    let transport = query.wanted(&visit, &body)?;
    let mut fields = body.fields()?;
    let username = fields.required("username", Text::Trimmed);
    let email = fields.optional("email", Text::Trimmed);
    let new = fields.required("password1", Text::Exact);
    let again = fields.required("password2", Text::Exact);
    fields.finish()?;
    let (Some(username), Some(new)) = (username, new) else {
        return Err(Failure::NotFound.into());
    };
    if again.is_none_or(|again| again != new) {
        // Their apostrophe: another one than at a change.
        let said = "The two password fields didn't match.";
        return Err(Refusal::invalid(&[("non_field_errors", said)]));
    }
    let outcome = sign_up_for_family(
        visit.state().identity(),
        SignUpForFamily {
            username: &username,
            email: email
                .as_deref()
                .map(String::as_str)
                .filter(|email| !email.is_empty()),
            password: &new,
            transport,
            caller: visit.caller(),
        },
    )
    .await;
    let (field, said) = match outcome {
        Ok(issued) => return login::welcome(&visit, &issued, StatusCode::CREATED).await,
        Err(SignUpError::Username(error)) => ("username", name_text(error).to_owned()),
        Err(SignUpError::UsernameTaken) => ("username", USERNAME_TAKEN.to_owned()),
        Err(SignUpError::Email(NameError::TooLong)) => (
            "email",
            "Ensure this field has no more than 254 characters.".to_owned(),
        ),
        Err(SignUpError::Email(_)) => ("email", "Enter a valid email address.".to_owned()),
        Err(SignUpError::EmailTaken) => (
            "email",
            "User is already registered with this e-mail address.".to_owned(),
        ),
        Err(SignUpError::Password(error)) => ("password1", password::text(error)),
        Err(SignUpError::Busy { retry_after }) => {
            return Err(Failure::Busy {
                retry_after: retry_after.as_secs().max(1),
            }
            .into());
        }
        Err(SignUpError::Internal(error)) => return Err(error.into()),
    };
    Err(Refusal::invalid(&[(field, &said)]))
}
