//! What follows a sign-in, whichever way it came about: the cookie, and the way on.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::header;
use latchkey_authority::session::end;
use latchkey_identity::SignedIn;
use tower_sessions::Session;

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
    let path = next.map_or("/account", LocalPath::as_str);
    let mut response = Redirect::to(path).into_response();
    remember_device(visit, signed_in, &mut response);
    Ok(response)
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
