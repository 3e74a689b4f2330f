//! `/login` and `/logout`.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderValue, StatusCode, header};
use latchkey_app::{
    Notice, Section,
    page::login::{LoginError, LoginPage},
};
use latchkey_authority::{ActError, principal::Principal, session::end};
use latchkey_identity::{SignInError, provider::connections::has_password, sign_in};
use serde::Deserialize;
use tower_sessions::Session;
use zeroize::Zeroizing;

use super::{
    providers,
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
    again: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct SignInForm {
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    password: Zeroizing<String>,
    next: Option<String>,
    again: Option<String>,
}

/// What a page keeps of what was asked for and typed; the password never.
#[derive(Default)]
struct Kept {
    identifier: String,
    next: Option<LocalPath>,
    /// Whether somebody who is signed in shows once more who they are.
    is_again: bool,
}

/// The sign-in page. Whoever is signed in already is led on, unless they are to show it again.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<ShowQuery>,
) -> Result<Response, Failure> {
    let next = query.next.as_deref().and_then(LocalPath::parse);
    if visit.principal().is_some() && query.again.is_none() {
        let path = next.as_ref().map_or("/account", LocalPath::as_str);
        return Ok(Redirect::to(path).into_response());
    }
    let kept = Kept {
        next,
        is_again: visit.principal().is_some(),
        ..Kept::default()
    };
    answer(&visit, kept, None).await
}

/// Signs somebody in.
pub(crate) async fn submit(
    visit: Visit,
    session: Session,
    Fields(form): Fields<SignInForm>,
) -> Result<Response, Failure> {
    let next = form.next.as_deref().and_then(LocalPath::parse);
    let identifier = form.identifier.trim();
    let kept = Kept {
        identifier: identifier.to_owned(),
        next,
        is_again: form.again.is_some() && visit.principal().is_some(),
    };
    if identifier.is_empty() || form.password.is_empty() {
        return answer(&visit, kept, Some(LoginError::Incomplete)).await;
    }
    if identifier.len() > limits::IDENTIFIER_LIMIT {
        let kept = Kept {
            identifier: String::new(),
            ..kept
        };
        return answer(&visit, kept, Some(LoginError::Refused)).await;
    }
    // Counted before anything is looked up: guesses sent at once count one by one.
    let reserved = match limits::reserve_sign_in(&visit, identifier).await? {
        Ok(reserved) => reserved,
        Err(limited) => {
            let error = LoginError::Limited {
                retry_after: limited.retry_after,
            };
            return answer(&visit, kept, Some(error)).await;
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
            return signed_in::lead_on(&visit, &session, signed_in, kept.next.as_ref()).await;
        }
        Err(SignInError::Refused) => LoginError::Refused,
        Err(SignInError::Busy { retry_after }) => {
            // It was never judged.
            reserved.give_back().await;
            let busy = Some(LoginError::Busy);
            let mut response = answer(&visit, kept, busy).await?;
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
    answer(&visit, kept, Some(error)).await
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
    session.flush().await?;
    let mut response = respond::led_to_page("/login", Notice::SignedOut);
    // Whoever uses the browser next is somebody else, whose answers of providers are their own.
    let names = visit.state().cookie_names();
    response
        .headers_mut()
        .append(header::SET_COOKIE, names.remove(names.pre_session));
    Ok(response)
}

async fn answer(visit: &Visit, kept: Kept, error: Option<LoginError>) -> Result<Response, Failure> {
    let has_no_password = match visit.principal().filter(|_| kept.is_again) {
        Some(principal) => !has_password(visit.state().authority(), principal.user_id).await?,
        None => false,
    };
    let page = LoginPage {
        identifier: kept.identifier,
        next: kept.next.map(|path| path.as_str().to_owned()),
        error,
        sign_up_open: visit.state().settings().is_sign_up_open(),
        // Whoever has a password shows it: a provider may say yes without asking anybody.
        providers: if kept.is_again && !has_no_password {
            Vec::new()
        } else {
            providers::buttons(visit.state())
        },
        is_again: kept.is_again,
        has_no_password,
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
