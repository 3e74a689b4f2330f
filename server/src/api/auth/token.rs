//! SimpleJWT's four calls: obtain, refresh, verify, blacklist.

use std::mem;

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode};
use latchkey_authority::family::{self, Presenter, RefreshError};
use latchkey_types::Transport;
use serde_json::{Map, json};

use super::{
    body::Body,
    door,
    fields::Text,
    login::remember_device,
    presented::Why,
    refusal::Refusal,
    shapes,
    transport::{self, Expirations, TransportQuery},
};
use crate::{
    bearer, cookies, csrf::Binding, failure::Failure, form::Query, limits, rate::Counted,
    visit::Visit,
};

#[utoipa::path(post, path = "/api/auth/token/", tag = "Tokens", request_body = shapes::Credentials, params(TransportQuery), responses((status = 200, body = shapes::Pair)))]
/// Signs in: a pair of tokens for a name and a password.
pub(crate) async fn obtain(
    visit: Visit,
    Query(query): Query<TransportQuery>,
    body: Body,
) -> Result<Response, Refusal> {
    door::open(&visit)?;
    let transport = query.wanted(&visit, &body)?;
    let mut fields = body.fields()?;
    // What is called `username` elsewhere may be the address: both lead to the account.
    let name = if fields.has("email") && !fields.has("username") {
        "email"
    } else {
        "username"
    };
    let identifier = fields.required(name, Text::Trimmed);
    let password = fields.required("password", Text::Exact);
    fields.finish()?;
    let (Some(identifier), Some(password)) = (identifier, password) else {
        return Err(no_account());
    };
    let issued = door::enter(&visit, &identifier, &password, transport)
        .await?
        .ok_or_else(no_account)?;
    let mut response = transport::answer(
        &visit,
        &issued,
        Expirations::InCookies,
        StatusCode::OK,
        Map::new(),
    );
    remember_device(&visit, &issued, &mut response);
    Ok(response)
}

fn no_account() -> Refusal {
    Refusal::unauthorized("No active account found with the given credentials")
}

#[utoipa::path(post, path = "/api/token/refresh/", tag = "Tokens", request_body = shapes::RefreshToken, responses((status = 200, body = shapes::Pair)))]
/// Refreshes with the token of the body.
pub(crate) async fn refresh(visit: Visit, body: Body) -> Result<Response, Refusal> {
    let mut fields = body.fields()?;
    let presented = fields.required("refresh", Text::Trimmed);
    fields.finish()?;
    let presented = presented.ok_or_else(|| Why::Invalid.refusal())?;
    exchange(&visit, &presented, Came::InBody, Expirations::InCookies).await
}

#[utoipa::path(post, path = "/api/auth/token/refresh/", tag = "Tokens", request_body = shapes::MaybeRefreshToken, responses((status = 200, body = shapes::DatedPair)))]
/// Refreshes with the token of the body, else with that of the cookie.
pub(crate) async fn refresh_either(
    visit: Visit,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let mut fields = body.fields()?;
    let presented = fields.optional_filled("refresh", Text::Trimmed);
    fields.finish()?;
    if let Some(presented) = presented {
        return exchange(&visit, &presented, Came::InBody, Expirations::Said).await;
    }
    let none = || Refusal::bad_token("No valid refresh token found.");
    let presented = cookies::only(&headers, visit.state().token_cookies().refresh)
        .ok()
        .flatten()
        .ok_or_else(none)?;
    exchange(&visit, presented, Came::InCookie, Expirations::Said).await
}

/// Where a refresh token came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    InBody,
    InCookie,
}

async fn exchange(
    visit: &Visit,
    presented: &str,
    came: Came,
    expirations: Expirations,
) -> Result<Response, Refusal> {
    let authority = visit.state().authority();
    // Only what our own MAC vouches for is counted: nobody can use up another family's minute.
    let mut meant = Ok(());
    if let Some(family_id) = family::family_of(authority, presented) {
        meant = visit.require_meant_by(Binding::Family(family_id));
        if came == Came::InCookie {
            mem::replace(&mut meant, Ok(()))?;
        }
        limits::count_of_family(visit, Counted::Refresh, family_id).await?;
    } else if came == Came::InCookie {
        visit.require_meant()?;
    }
    let by = presenter(visit);
    let refreshed = match &meant {
        Ok(()) => family::refresh(authority, presented, &by).await,
        // The answer may set cookies, and no page of a stranger may put them into this browser: so
        // it is judged before anything rotates.
        Err(_) => family::refresh_by(authority, presented, &by, Transport::Body).await,
    };
    let refreshed = match refreshed {
        Ok(refreshed) => refreshed,
        Err(error) => {
            if matches!(error, RefreshError::OtherTransport) {
                meant?;
            }
            // Nothing is said of cookies: of several that refresh at once, the one that is refused
            // must not take away what another one was given.
            return Err(Why::of(visit, presented, error).await?.refusal());
        }
    };
    Ok(transport::answer(
        visit,
        &refreshed.issued,
        expirations,
        StatusCode::OK,
        Map::new(),
    ))
}

/// Who presents a token at these doors: nobody's client.
pub(super) fn presenter(visit: &Visit) -> Presenter<'_> {
    Presenter {
        client_id: None,
        key_thumbprint: None,
        caller: visit.caller(),
    }
}

#[utoipa::path(post, path = "/api/auth/token/verify/", tag = "Tokens", request_body = shapes::AnyToken, responses((status = 200, body = shapes::Nothing)))]
/// Says whether a token is good, of either type.
pub(crate) async fn verify(visit: Visit, body: Body) -> Result<Response, Refusal> {
    let mut fields = body.fields()?;
    let token = fields.required("token", Text::Trimmed);
    fields.finish()?;
    let token = token.ok_or_else(|| Why::Invalid.refusal())?;
    let authority = visit.state().authority();
    if let Some(family_id) = family::family_of(authority, &token) {
        limits::count_of_family(&visit, Counted::Verify, family_id).await?;
        // Judged as a refresh judges it, with all that follows: nobody finds out here, unseen,
        // whether a token that they stole is still good.
        return match family::verify(authority, &token, &presenter(&visit)).await {
            Ok(_) => Ok(nothing()),
            Err(error) => match Why::of(&visit, &token, error).await? {
                Why::Blacklisted => Err(Refusal::invalid(&[(
                    "non_field_errors",
                    Why::Blacklisted.text(),
                )])),
                why => Err(why.refusal()),
            },
        };
    }
    let refused = |failure| match failure {
        Failure::BadToken(bearer::EXPIRED) => Why::Expired.refusal(),
        Failure::BadToken(_) => Why::Invalid.refusal(),
        other => other.into(),
    };
    let verified = bearer::verify(visit.state(), &token)
        .await
        .map_err(refused)?;
    bearer::live(visit.state(), &verified, visit.caller())
        .await
        .map_err(refused)?;
    Ok(nothing())
}

#[utoipa::path(post, path = "/api/auth/token/blacklist/", tag = "Tokens", request_body = shapes::RefreshToken, responses((status = 200, body = shapes::Nothing)))]
/// Ends the family of a refresh token.
pub(crate) async fn blacklist(visit: Visit, body: Body) -> Result<Response, Refusal> {
    let mut fields = body.fields()?;
    let presented = fields.required("refresh", Text::Trimmed);
    fields.finish()?;
    let presented = presented.ok_or_else(|| Why::Invalid.refusal())?;
    count_sign_out(&visit, &presented).await?;
    match family::sign_out(visit.state().authority(), &presented, &presenter(&visit)).await {
        Ok(_) => Ok(nothing()),
        Err(error) => Err(Why::of(&visit, &presented, error).await?.refusal()),
    }
}

/// Only what our own MAC vouches for is counted.
pub(super) async fn count_sign_out(visit: &Visit, presented: &str) -> Result<(), Failure> {
    match family::family_of(visit.state().authority(), presented) {
        Some(family_id) => limits::count_of_family(visit, Counted::SignOut, family_id).await,
        None => Ok(()),
    }
}

fn nothing() -> Response {
    Json(json!({})).into_response()
}
