//! `POST /api/auth/google/`: dj-rest-auth's sign-in with Google, for front ends that did the first
//! half themselves.
//!
//! It takes a code with its verifier, or an ID token with a nonce that was given here. A bare
//! access token proves nothing of who brings it, and is refused.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use latchkey_identity::provider::{Grant, Provider, ProviderError, enter_for_family, nonce};
use serde_json::json;

use super::{body::Body, fields::Text, login, refusal::Refusal, shapes, transport::TransportQuery};
use crate::{failure::Failure, form::Query, limits, visit::Visit};

/// The provider that this call is for.
const GOOGLE: &str = "google";

#[utoipa::path(post, path = "/api/auth/google/", tag = "Sign-in", request_body = shapes::Google, params(TransportQuery), responses((status = 200, body = shapes::SignedIn)))]
/// Signs in with what Google gave a front end.
pub(crate) async fn submit(
    visit: Visit,
    Query(query): Query<TransportQuery>,
    body: Body,
) -> Result<Response, Refusal> {
    let provider = google(&visit)?;
    let transport = query.wanted(&visit, &body)?;
    let mut fields = body.fields()?;
    let code = fields.optional("code", Text::Trimmed);
    let verifier = fields.optional("code_verifier", Text::Trimmed);
    let redirect_uri = fields.optional("redirect_uri", Text::Trimmed);
    let id_token = fields.optional("id_token", Text::Trimmed);
    let access_token = fields.optional("access_token", Text::Trimmed);
    fields.finish()?;
    let given = |field: Option<zeroize::Zeroizing<String>>| field.filter(|text| !text.is_empty());
    let (code, id_token) = (given(code), given(id_token));
    let verifier = given(verifier).unwrap_or_default();
    let redirect_uri = given(redirect_uri).unwrap_or_default();
    let grant = match (&code, &id_token) {
        (Some(code), _) => {
            let allowed = &visit.state().settings().provider_redirect_uris;
            if !allowed.iter().any(|known| **known == **redirect_uri) {
                return Err(refused(
                    "redirect_uri is not one of those that are configured.",
                ));
            }
            if !(43..=128).contains(&verifier.len()) {
                return Err(refused("code_verifier is required."));
            }
            Grant::Code {
                code,
                verifier: &verifier,
                redirect_uri: &redirect_uri,
            }
        }
        (None, Some(id_token)) => Grant::IdToken(id_token),
        (None, None) if given(access_token).is_some() => return Err(refused("Incorrect value")),
        (None, None) => {
            return Err(refused(
                "Incorrect input. access_token or code is required.",
            ));
        }
    };
    let state = visit.state();
    let sign_up = state.settings().is_provider_sign_up_open();
    let place = limits::reserve_answer(&visit).await?;
    let outcome = enter_for_family(
        state.identity(),
        state.providers(),
        provider,
        grant,
        (transport, sign_up),
        visit.caller(),
    )
    .await;
    let said = match outcome {
        Ok(issued) => {
            place.give_back().await;
            return login::welcome(&visit, &issued, StatusCode::OK).await;
        }
        Err(ProviderError::Internal(error)) => return Err(error.into()),
        Err(ProviderError::Down | ProviderError::StillDown) => {
            return Err(Failure::Busy { retry_after: 5 }.into());
        }
        Err(ProviderError::AddressInUse) => "User is already registered with this e-mail address.",
        Err(ProviderError::Refused("code")) => "Failed to exchange code for access token",
        Err(ProviderError::SignUpClosed) => "Registration is closed.",
        Err(ProviderError::DomainNotAllowed) => "That domain is not allowed.",
        Err(ProviderError::AccountDisabled | ProviderError::IdentityBlocked) => {
            "Unable to log in with provided credentials."
        }
        Err(_) => "Incorrect value",
    };
    Err(refused(said))
}

#[utoipa::path(post, path = "/api/auth/google/nonce/", tag = "Sign-in", responses((status = 200, body = shapes::Nonce)))]
/// Gives the nonce that an ID token must have to sign in here: good once, for ten minutes.
pub(crate) async fn give_nonce(visit: Visit) -> Result<Response, Refusal> {
    google(&visit)?;
    let nonce = nonce::give(visit.state().authority(), GOOGLE)
        .map_err(|error| Refusal::from(Failure::internal(error)))?;
    Ok(Json(json!({ "nonce": nonce })).into_response())
}

fn google(visit: &Visit) -> Result<&Provider, Refusal> {
    visit.state().providers().find(GOOGLE).ok_or_else(|| {
        Refusal::with(
            StatusCode::NOT_FOUND,
            json!({ "detail": "Signing in with Google is not set up here." }),
        )
    })
}

fn refused(said: &str) -> Refusal {
    Refusal::invalid(&[("non_field_errors", said)])
}
