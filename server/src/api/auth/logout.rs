//! `POST /api/auth/logout/`: dj-rest-auth's sign-out.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, header};
use latchkey_authority::{ActError, family};
use serde_json::json;

use super::{
    body::Body,
    fields::Text,
    presented::Why,
    refusal::Refusal,
    shapes,
    token::{count_sign_out, presenter},
};
use crate::{bearer, cookies, csrf::Binding, failure::Failure, visit::Visit};

#[utoipa::path(post, path = "/api/auth/logout/", tag = "Sign-in", request_body = shapes::MaybeRefreshToken, responses((status = 200, body = shapes::Detail)))]
/// Ends the family of the body's refresh token, else of the cookies'.
pub(crate) async fn submit(
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let mut fields = body.fields()?;
    let presented = if fields.has("refresh") {
        let presented = fields.optional("refresh", Text::Trimmed);
        fields.finish()?;
        presented
    } else {
        None
    };
    if let Some(presented) = presented {
        count_sign_out(&visit, &presented).await?;
        sign_out(&visit, &presented).await?;
        return Ok(signed_out());
    }
    by_cookies(&visit, &headers).await
}

/// Signs out by cookies, and takes them away, whatever they were worth.
async fn by_cookies(visit: &Visit, headers: &HeaderMap) -> Result<Response, Refusal> {
    let names = visit.state().token_cookies();
    let refresh = cookies::only(headers, names.refresh).ok().flatten();
    let access = cookies::only(headers, names.access).ok().flatten();
    let outcome = if let Some(presented) = refresh {
        // Before anything else: no other page signs anybody out, or takes their cookies away.
        match family::family_of(visit.state().authority(), presented) {
            Some(family_id) => visit.require_meant_by(Binding::Family(family_id))?,
            None => visit.require_meant()?,
        }
        // Where it is too much, the cookies stay: nothing was ended.
        count_sign_out(visit, presented).await?;
        sign_out(visit, presented).await
    } else if let Some(token) = access {
        visit.require_meant()?;
        by_access(visit, token).await
    } else {
        return Err(Refusal::unauthorized(
            "Refresh token was not included in request data.",
        ));
    };
    let mut response = match outcome {
        Ok(()) => signed_out(),
        Err(refusal) => refusal.into_response(),
    };
    // A fault of ours ended nothing: the next try needs the cookies.
    if !response.status().is_server_error() {
        for cookie in names.remove() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

async fn sign_out(visit: &Visit, presented: &str) -> Result<(), Refusal> {
    let authority = visit.state().authority();
    match family::sign_out(authority, presented, &presenter(visit)).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let why = Why::of(visit, presented, error).await?;
            Err(Refusal::unauthorized(why.text()))
        }
    }
}

/// The access token may have expired: it still says whose sign-in is to end.
async fn by_access(visit: &Visit, token: &str) -> Result<(), Refusal> {
    let invalid = || Refusal::unauthorized(Why::Invalid.text());
    let verified = bearer::verify_even_expired(visit.state(), token)
        .await?
        .filter(|verified| verified.client_id.is_none())
        .ok_or_else(invalid)?;
    let principal = match bearer::live(visit.state(), &verified, visit.caller()).await {
        Ok(principal) => principal,
        Err(Failure::BadToken(_)) => return Err(invalid()),
        Err(other) => return Err(other.into()),
    };
    let authority = visit.state().authority();
    let ended = family::end::own(authority, &principal, verified.family_id, visit.caller()).await;
    match ended {
        Ok(_) | Err(ActError::SignedOut | ActError::NotFound) => Ok(()),
        Err(error) => Err(Failure::from(error).into()),
    }
}

fn signed_out() -> Response {
    Json(json!({ "detail": "Successfully logged out." })).into_response()
}
