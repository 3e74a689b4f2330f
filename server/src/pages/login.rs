//! `/login` and `/logout`.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderValue, StatusCode, header};
use latchkey_app::{
    Notice, Section,
    page::login::{LoginError, LoginPage},
};
use latchkey_authority::{ActError, principal::Principal, session::end};
use latchkey_identity::{SignInError, sign_in};
use serde::Deserialize;
use tower_sessions::Session;
use zeroize::Zeroizing;

use super::{
    respond::{self, Around},
    signed_in,
};
use crate::{
    failure::Failure,
    form::{Fields, LocalPath, Query},
    limits,
    visit::Visit,
};

const AROUND: Around = Around::new("Sign in", Section::None);

#[derive(Debug, Deserialize)]
pub(crate) struct ShowQuery {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct SignInForm {
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    password: Zeroizing<String>,
    next: Option<String>,
}

/// The sign-in page. Whoever is signed in already is led on.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<ShowQuery>,
) -> Result<Response, Failure> {
    let next = query.next.as_deref().and_then(LocalPath::parse);
    if visit.principal().is_some() {
        let path = next.as_ref().map_or("/account", LocalPath::as_str);
        return Ok(Redirect::to(path).into_response());
    }
    answer(&visit, String::new(), next.as_ref(), None).await
}

/// Signs somebody in.
pub(crate) async fn submit(
    visit: Visit,
    session: Session,
    Fields(form): Fields<SignInForm>,
) -> Result<Response, Failure> {
    let next = form.next.as_deref().and_then(LocalPath::parse);
    let identifier = form.identifier.trim();
    if identifier.is_empty() || form.password.is_empty() {
        let kept = identifier.to_owned();
        return answer(&visit, kept, next.as_ref(), Some(LoginError::Incomplete)).await;
    }
    if identifier.len() > limits::IDENTIFIER_LIMIT {
        return answer(
            &visit,
            String::new(),
            next.as_ref(),
            Some(LoginError::Refused),
        )
        .await;
    }
    // Counted before anything is looked up: guesses sent at once count one by one.
    let reserved = match limits::reserve_sign_in(&visit, identifier).await? {
        Ok(reserved) => reserved,
        Err(limited) => {
            let error = LoginError::Limited {
                retry_after: limited.retry_after,
            };
            return answer(&visit, identifier.to_owned(), next.as_ref(), Some(error)).await;
        }
    };
    let replaces = visit.principal().and_then(Principal::session_id);
    let outcome = sign_in(
        visit.state().identity(),
        identifier,
        &form.password,
        replaces,
        visit.caller(),
    )
    .await;
    let error = match outcome {
        Ok(signed_in) => {
            reserved.give_back().await;
            return signed_in::lead_on(&visit, &session, signed_in, next.as_ref()).await;
        }
        Err(SignInError::Refused) => LoginError::Refused,
        Err(SignInError::Busy { retry_after }) => {
            // It was never judged.
            reserved.give_back().await;
            let kept = identifier.to_owned();
            let busy = Some(LoginError::Busy);
            let mut response = answer(&visit, kept, next.as_ref(), busy).await?;
            let seconds = retry_after.as_secs().max(1);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            return Ok(response);
        }
        Err(SignInError::Internal(error)) => {
            reserved.give_back().await;
            return Err(error.into());
        }
    };
    answer(&visit, identifier.to_owned(), next.as_ref(), Some(error)).await
}

/// Signs the visitor out. Without a session there is nothing to do, and that is said the same way.
pub(crate) async fn sign_out(visit: Visit, session: Session) -> Result<Response, Failure> {
    if let Some(principal) = visit.principal()
        && let Some(session_id) = principal.session_id()
    {
        let authority = visit.state().authority();
        match end::own(authority, principal, session_id, visit.caller()).await {
            Ok(_) | Err(ActError::SignedOut | ActError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    session.flush().await.map_err(Failure::internal)?;
    Ok(respond::led_to_page("/login", Notice::SignedOut))
}

async fn answer(
    visit: &Visit,
    identifier: String,
    next: Option<&LocalPath>,
    error: Option<LoginError>,
) -> Result<Response, Failure> {
    let page = LoginPage {
        identifier,
        next: next.map(|path| path.as_str().to_owned()),
        error,
        sign_up_open: visit.state().settings().is_sign_up_open(),
        providers: Vec::new(),
        is_again: false,
        has_no_password: false,
    };
    let mut response = respond::page(visit, AROUND, page).await?;
    let (status, retry_after) = match error {
        None => (StatusCode::OK, None),
        Some(LoginError::Refused) => (StatusCode::UNAUTHORIZED, None),
        Some(LoginError::Incomplete) => (StatusCode::UNPROCESSABLE_ENTITY, None),
        Some(LoginError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, None),
        Some(LoginError::Limited { retry_after }) => {
            (StatusCode::TOO_MANY_REQUESTS, Some(retry_after))
        }
    };
    *response.status_mut() = status;
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}
