//! What the calls here answer when they refuse: the exact bodies that existing front ends know.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use latchkey_authority::StoreError;
use serde_json::{Value, json};

use crate::failure::Failure;

/// A refusal: a body of its own, or a failure that is worded like everywhere on these paths.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Body { status: StatusCode, body: Value },
    Failure(Failure),
}

impl Refusal {
    /// 400 with this body.
    pub(super) fn bad_request(body: Value) -> Self {
        Self::with(StatusCode::BAD_REQUEST, body)
    }

    /// 400, one error for each of these fields.
    pub(super) fn invalid(errors: &[(&str, &str)]) -> Self {
        Self::bad_request(
            errors
                .iter()
                .map(|(field, said)| ((*field).to_owned(), json!([said])))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        )
    }

    /// 401 without a code.
    pub(super) fn unauthorized(detail: &str) -> Self {
        Self::with(StatusCode::UNAUTHORIZED, json!({ "detail": detail }))
    }

    /// 401 by which front ends know that they must sign in again.
    pub(super) fn bad_token(detail: &str) -> Self {
        Self::with(
            StatusCode::UNAUTHORIZED,
            json!({ "detail": detail, "code": "token_not_valid" }),
        )
    }

    pub(super) fn with(status: StatusCode, body: Value) -> Self {
        Self(Box::new(Kind::Body { status, body }))
    }

    /// The body, where it has one of its own.
    #[cfg(test)]
    pub(super) fn body(&self) -> &Value {
        match &*self.0 {
            Kind::Body { body, .. } => body,
            Kind::Failure(_) => &Value::Null,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match *self.0 {
            Kind::Failure(failure) => failure.into_response(),
            Kind::Body { status, body } => {
                let mut response = (status, axum::Json(body)).into_response();
                if status == StatusCode::UNAUTHORIZED {
                    // RFC 6750 §3.1: no error code, since no access token was sent.
                    response.headers_mut().insert(
                        header::WWW_AUTHENTICATE,
                        HeaderValue::from_static(crate::bearer::CHALLENGE),
                    );
                }
                response
            }
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(Box::new(Kind::Failure(failure)))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Failure::from(error).into()
    }
}
