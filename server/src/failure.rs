//! [`Failure`]: everything that can go wrong with a request, and what the other end hears of it.
//!
//! A handler returns a failure; the guard renders it as a page or as a problem document
//! (RFC 9457), by the class of the route, and the log hears of it once. What a failure of ours was
//! goes to the log alone: the other end gets the id of the request.

mod words;

use std::{sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use latchkey_authority::{
    ActError, StoreError,
    bulk::{self, OrderError},
    key::KeyError,
};
use latchkey_identity::invitation::InviteError;
use serde_json::{Value, json};

use crate::bearer::{BearerError, CHALLENGE};

/// A proof of identity is fresh for so long.
pub const PROOF_AGE: Duration = Duration::from_mins(10);

/// Why a form counts as foreign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// It comes from an origin that is none of ours.
    Origin,
    /// No token came with it.
    NoToken,
    /// The token is another page's.
    WrongToken,
}

/// What went wrong.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The request does not parse; says what is wrong with it.
    BadRequest(String),
    /// Nobody is signed in.
    NotSignedIn,
    /// An access token was sent that lets nobody in.
    BadToken(BearerError),
    /// The proof of identity is too old for this.
    StaleProof,
    /// Whoever is signed in may not do this.
    NotPermitted,
    /// The form did not come from one of our pages, or the page is too old.
    ForeignForm(Foreign),
    /// There is nothing here.
    NotFound,
    /// There is something here, but not for this method.
    MethodNotAllowed,
    /// The body has a form that is not taken here.
    UnsupportedMediaType,
    /// The body is too long.
    TooLarge,
    /// The host is not the base URL's; names that.
    Misdirected(String),
    /// It would leave nobody who can administer.
    LastAdministrator,
    /// It goes against something that stands already; says against what.
    Conflict(String),
    /// Too many orders to end many are unfinished.
    TooManyOrders,
    /// Too many attempts.
    Limited {
        /// Seconds until another one makes sense.
        retry_after: u64,
    },
    /// Too much work at the moment.
    Busy {
        /// Seconds until another try makes sense.
        retry_after: u64,
    },
    /// It took too long.
    Timeout,
    /// A mistake of ours.
    Internal(Arc<anyhow::Error>),
}

impl Failure {
    /// A mistake of ours; the error goes to the log.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(Arc::new(error.into()))
    }

    /// The database is away, or this node cannot know who may act: nobody is let in on a guess, and
    /// nobody is signed out by an outage either.
    pub(crate) fn unchecked(error: impl Into<anyhow::Error>) -> Self {
        let error: anyhow::Error = error.into();
        // The feed itself says once for all that it is interrupted: not each request again.
        let not_fresh = StoreError::NotFresh.to_string();
        if error
            .chain()
            .any(|error| error.to_string().ends_with(&not_fresh))
        {
            tracing::debug!("refused: this node is not fresh");
            return Self::Busy { retry_after: 1 };
        }
        tracing::error!(
            error = format!("{error:#}"),
            "the database does not do what is asked"
        );
        Self::Busy { retry_after: 5 }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NotSignedIn | Self::BadToken(_) | Self::StaleProof => StatusCode::UNAUTHORIZED,
            Self::NotPermitted | Self::ForeignForm(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Misdirected(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::LastAdministrator | Self::Conflict(_) | Self::TooManyOrders => {
                StatusCode::CONFLICT
            }
            Self::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy { .. } | Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::NotSignedIn => "not_signed_in",
            Self::BadToken(_) => "token_not_valid",
            Self::StaleProof => "stale_proof",
            Self::NotPermitted => "not_permitted",
            Self::ForeignForm(_) => "foreign_form",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooLarge => "too_large",
            Self::Misdirected(_) => "misdirected",
            Self::LastAdministrator => "last_administrator",
            Self::Conflict(_) => "conflict",
            Self::TooManyOrders => "too_many_orders",
            Self::Limited { .. } => "limited",
            Self::Busy { .. } => "busy",
            Self::Timeout => "timeout",
            Self::Internal(_) => "internal",
        }
    }

    /// Seconds for `Retry-After`.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Limited { retry_after } | Self::Busy { retry_after } => Some(*retry_after),
            Self::Timeout => Some(5),
            _ => None,
        }
    }

    /// The body of a problem document.
    pub(crate) fn problem_body(&self, request_id: &str) -> Value {
        json!({
            "type": format!("urn:latchkey:problem:{}", self.code()),
            "title": self.title(),
            "status": self.status().as_u16(),
            "detail": self.text(),
            "code": self.code(),
            "request_id": request_id,
        })
    }

    /// The failure as a problem document.
    pub fn problem(&self, request_id: &str) -> Response {
        let body = self.problem_body(request_id);
        let mut response = (self.status(), body.to_string()).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        self.add_headers(&mut response);
        self.add_challenge(&mut response);
        response
    }

    /// The body in the shape that clients of Django REST framework know.
    pub(crate) fn detail_body(&self, request_id: &str, method: &Method) -> Value {
        match self {
            Self::BadToken(error) => error.body(),
            Self::Internal(_) => json!({
                "detail": "A server error occurred.",
                "request_id": request_id,
            }),
            other => json!({ "detail": other.detail_text(method) }),
        }
    }

    /// The failure in that shape.
    pub fn detail(&self, request_id: &str, method: &Method) -> Response {
        let body = self.detail_body(request_id, method);
        let mut response = (self.status(), body.to_string()).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        self.add_headers(&mut response);
        self.add_challenge(&mut response);
        response
    }

    fn detail_text(&self, method: &Method) -> Value {
        match self {
            Self::NotSignedIn => "Authentication credentials were not provided.".into(),
            Self::NotPermitted => "You do not have permission to perform this action.".into(),
            Self::ForeignForm(Foreign::NoToken) => "CSRF Failed: CSRF token missing.".into(),
            Self::ForeignForm(Foreign::WrongToken) => "CSRF Failed: CSRF token incorrect.".into(),
            Self::ForeignForm(Foreign::Origin) => {
                "CSRF Failed: Origin checking failed: it does not match any trusted origins.".into()
            }
            Self::NotFound => "Not found.".into(),
            Self::MethodNotAllowed => format!("Method \"{method}\" not allowed.").into(),
            Self::UnsupportedMediaType => "Unsupported media type in request.".into(),
            Self::TooLarge => "The request is too large.".into(),
            Self::Limited { retry_after } => {
                let unit = if *retry_after == 1 {
                    "second"
                } else {
                    "seconds"
                };
                format!("Request was throttled. Expected available in {retry_after} {unit}.").into()
            }
            Self::Busy { .. } | Self::Timeout => {
                "Service temporarily unavailable, try again later.".into()
            }
            Self::BadRequest(_)
            | Self::BadToken(_)
            | Self::StaleProof
            | Self::Misdirected(_)
            | Self::LastAdministrator
            | Self::Conflict(_)
            | Self::TooManyOrders
            | Self::Internal(_) => self.text().into(),
        }
    }

    /// Adds `WWW-Authenticate` (RFC 9110 §11.6.1) to a 401 for a program.
    fn add_challenge(&self, response: &mut Response) {
        let challenge = match self {
            Self::NotSignedIn => HeaderValue::from_static(CHALLENGE),
            Self::BadToken(error) => HeaderValue::from_str(&error.challenge())
                .unwrap_or(HeaderValue::from_static(CHALLENGE)),
            // RFC 9470 §3.
            Self::StaleProof => HeaderValue::from_static(
                "Bearer error=\"insufficient_user_authentication\", max_age=600, \
                 error_description=\"A more recent sign-in is required\"",
            ),
            _ => return,
        };
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }

    /// Adds `Retry-After` where it belongs, and keeps every cache out.
    pub fn add_headers(&self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}

/// The status alone; whoever renders the failure finds it in the extensions.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_outage() {
            Self::unchecked(error)
        } else {
            Self::internal(error)
        }
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Self {
        match error {
            ActError::SignedOut => Self::NotSignedIn,
            ActError::NotPermitted => Self::NotPermitted,
            ActError::NotFound => Self::NotFound,
            ActError::LastAdministrator => Self::LastAdministrator,
            ActError::Internal(error) => error.into(),
        }
    }
}

impl From<InviteError> for Failure {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Act(error) => error.into(),
            InviteError::Username(_) | InviteError::Email(_) => Self::BadRequest(error.to_string()),
            InviteError::UsernameTaken
            | InviteError::EmailTaken
            | InviteError::TooMany
            | InviteError::HasArrived
            | InviteError::Disabled => Self::Conflict(error.to_string()),
        }
    }
}

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Act(error) => error.into(),
            OrderError::TooManyUnfinished => Self::TooManyOrders,
            OrderError::TooManyToResolve => Self::BadRequest(format!(
                "More than {} match by what changes with each use (the last event, or from where). Narrow the filter.",
                bulk::RESOLVED_LIMIT
            )),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Act(error) => error.into(),
            KeyError::Internal(error) => error.into(),
            KeyError::NotInUse => Self::BadRequest(error.to_string()),
            KeyError::UnknownMasterKey { .. }
            | KeyError::Damaged { .. }
            | KeyError::NoKey
            | KeyError::Cryptography => Self::internal(error),
        }
    }
}
