//! What follows a sign-in, whichever way it came about: the cookie, and the way on.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::header;
use latchkey_authority::{incident, session::end};
use latchkey_identity::SignedIn;
use tower_sessions::Session;

use super::account;
use crate::{device, failure::Failure, form::LocalPath, session_store::SESSION_ID, visit::Visit};

/// Binds a new cookie to a session that was just signed in, and leads on.
///
/// The value is always new: one that the browser had before, whoever put it there, is worth
/// nothing afterwards (session fixation).
pub(super) async fn lead_on(
    visit: &Visit,
    session: &Session,
    signed_in: SignedIn,
    next: Option<&LocalPath>,
) -> Result<Response, Failure> {
    if let Err(error) = bind(session, signed_in).await {
        // The browser will never hold its cookie: nobody else shall.
        end::undelivered(
            visit.state().authority(),
            signed_in.user_id,
            signed_in.session_id,
            visit.caller(),
        )
        .await?;
        return Err(error.into());
    }
    // The cookie stands: nothing that fails from here on may keep it from the browser.
    let path = way_on(visit, signed_in, next).await;
    let mut response = Redirect::to(&path).into_response();
    remember_device(visit, signed_in, &mut response);
    Ok(response)
}

/// Where whoever signed in is led: where they were going, but to their account first while they have
/// not been told of a theft. It has the way on.
async fn way_on(visit: &Visit, signed_in: SignedIn, next: Option<&LocalPath>) -> String {
    let Some(next) = next.filter(|next| next.without_query().as_str() != "/account") else {
        return next.map_or("/account", LocalPath::as_str).to_owned();
    };
    match incident::untold(visit.state().authority(), signed_in.user_id, 1).await {
        Ok(untold) if !untold.is_empty() => account::address(Some(next)),
        Ok(_) => next.as_str().to_owned(),
        Err(error) => {
            tracing::error!(%error, "nobody knows whether a theft is to be told at a sign-in");
            next.as_str().to_owned()
        }
    }
}

async fn bind(
    session: &Session,
    signed_in: SignedIn,
) -> Result<(), tower_sessions::session::Error> {
    session.cycle_id().await?;
    session
        .insert(SESSION_ID, signed_in.session_id.to_string())
        .await?;
    session.save().await
}

fn remember_device(visit: &Visit, signed_in: SignedIn, response: &mut Response) {
    let names = visit.state().cookie_names();
    let cookie = device::remember(visit, signed_in.user_id);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    for (name, code) in [
        (names.setup, visit.setup_code()),
        (names.invitation, visit.invitation_code()),
    ] {
        if code.is_some() {
            response
                .headers_mut()
                .append(header::SET_COOKIE, names.remove(name));
        }
    }
}
