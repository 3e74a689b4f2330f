//! `POST /api/auth/login/`: dj-rest-auth's sign-in.

use axum::response::Response;
use http::{StatusCode, header};
use latchkey_authority::family::Issued;
use latchkey_identity::name::EmailAddress;
use latchkey_types::Transport;
use serde_json::{Map, Value};

use super::{
    body::Body,
    door,
    fields::Text,
    refusal::Refusal,
    shapes,
    transport::{self, Expirations, TransportQuery},
    user,
};
use crate::{device, form::Query, visit::Visit};

const NOT_AN_ADDRESS: &str = "Enter a valid email address.";

#[utoipa::path(post, path = "/api/auth/login/", tag = "Sign-in", request_body = shapes::Login, params(TransportQuery), responses((status = 200, body = shapes::SignedIn)))]
/// Signs in, and says who it is.
pub(crate) async fn submit(
    visit: Visit,
    Query(query): Query<TransportQuery>,
    body: Body,
) -> Result<Response, Refusal> {
    door::open(&visit)?;
    let transport = query.wanted(&visit, &body)?;
    let mut fields = body.fields()?;
    let username = fields.optional("username", Text::Trimmed);
    let email = fields.optional("email", Text::Trimmed);
    let password = fields.required("password", Text::Exact);
    if let Some(email) = email.as_deref().filter(|email| !email.is_empty())
        && EmailAddress::parse(email).is_err()
    {
        fields.wrong("email", NOT_AN_ADDRESS);
    }
    fields.finish()?;
    let identifier = [username, email]
        .into_iter()
        .flatten()
        .find(|given| !given.is_empty())
        .ok_or_else(|| {
            let said = "Must include \"username\" and \"password\".";
            Refusal::invalid(&[("non_field_errors", said)])
        })?;
    let refused = || {
        let said = "Unable to log in with provided credentials.";
        Refusal::invalid(&[("non_field_errors", said)])
    };
    let password = password.ok_or_else(refused)?;
    let issued = door::enter(&visit, &identifier, &password, transport)
        .await?
        .ok_or_else(refused)?;
    welcome(&visit, &issued, StatusCode::OK).await
}

/// Answers with the pair and who it is for.
pub(super) async fn welcome(
    visit: &Visit,
    issued: &Issued,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let mut body = Map::new();
    body.insert(
        "user".to_owned(),
        Value::Object(user::object(visit, issued.user_id).await?),
    );
    let mut response = transport::answer(visit, issued, Expirations::InCookies, status, body);
    remember_device(visit, issued, &mut response);
    Ok(response)
}

/// Knows the browser again, where it keeps cookies for its user.
pub(super) fn remember_device(visit: &Visit, issued: &Issued, response: &mut Response) {
    if issued.transport == Transport::Cookie {
        let cookie = device::remember(visit, issued.user_id);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
