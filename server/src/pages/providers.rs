//! `/auth/{provider}` and its callback: setting out for a provider, and coming back.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use latchkey_app::{
    Notice, Section,
    page::{
        lead_on::LeadOnPage,
        provider::{ProviderButton, ProviderIcon},
        provider_failure::{ProviderFailure, ProviderFailurePage},
    },
};
use latchkey_identity::provider::{
    Arrival, Arrived, Departure, Provider, ProviderConfig, ProviderError, Purposed, arrive,
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    respond::{self, Around},
    signed_in,
};
use crate::{
    failure::Failure,
    form::{LocalPath, Query},
    limits,
    state::AppState,
    visit::Visit,
};

#[derive(Debug, Deserialize)]
pub(crate) struct DepartureQuery {
    next: Option<String>,
    fresh: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct ArrivalQuery {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Buttons for every provider that is configured.
pub(super) fn buttons(state: &AppState) -> Vec<ProviderButton> {
    state
        .providers()
        .iter()
        .map(|provider| button(provider.config()))
        .collect()
}

pub(super) fn button(config: &ProviderConfig) -> ProviderButton {
    ProviderButton {
        id: config.id.clone(),
        name: config.name.clone(),
        icon: config.icon.as_deref().and_then(ProviderIcon::parse),
    }
}

/// Where a provider sends its answer.
pub(crate) fn redirect_uri(state: &AppState, config: &ProviderConfig) -> String {
    format!("{}/auth/{}/callback", state.settings().base_url, config.id)
}

/// Leads to a provider.
pub(crate) async fn set_out(
    visit: Visit,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<DepartureQuery>,
) -> Result<Response, Failure> {
    let Some(provider) = visit.state().providers().find(&id).cloned() else {
        return no_such(&visit).await;
    };
    let from_elsewhere = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site" || site == "same-site");
    let journey = Journey {
        purpose: Purposed::SignIn,
        next: query.next.as_deref().and_then(LocalPath::parse),
        // A link on somebody else's page renews no proof.
        fresh: query.fresh.is_some() && !from_elsewhere,
        from_elsewhere,
    };
    lead(&visit, &provider, journey).await
}

/// What somebody sets out for.
pub(super) struct Journey {
    pub(super) purpose: Purposed,
    pub(super) next: Option<LocalPath>,
    pub(super) fresh: bool,
    pub(super) from_elsewhere: bool,
}

/// The redirect to a provider, or the page that says why there is none.
pub(super) async fn lead(
    visit: &Visit,
    provider: &Provider,
    journey: Journey,
) -> Result<Response, Failure> {
    let state = visit.state();
    let departure = Departure {
        purpose: journey.purpose,
        next: journey.next.as_ref().map(LocalPath::as_str),
        browser: visit.browser(),
        redirect_uri: &redirect_uri(state, provider.config()),
        fresh: journey.fresh,
        from_elsewhere: journey.from_elsewhere,
    };
    let place = limits::reserve_answer(visit).await?;
    let address = state
        .providers()
        .set_out(state.identity(), provider, departure, visit.caller())
        .await;
    let mut response = match address {
        Ok(address) => {
            place.give_back().await;
            match journey.purpose {
                Purposed::SignIn => Redirect::to(&address).into_response(),
                Purposed::Link(_) => lead_on(visit, provider, address).await?,
            }
        }
        Err(error) => return failed(visit, provider, error).await,
    };
    if let Some(cookie) = visit.pre_session_cookie() {
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookie.clone());
    }
    Ok(response)
}

/// Leads on from a form. Browsers hold each redirect after a form against the policy of its page, and
/// nobody knows through how many hosts a provider leads: so the form is answered with a page.
async fn lead_on(visit: &Visit, provider: &Provider, address: String) -> Result<Response, Failure> {
    let refresh = HeaderValue::from_str(&format!("0;url={address}"));
    let page = LeadOnPage {
        provider: provider.config().name.clone(),
        address,
    };
    let around = Around::new("One moment", Section::AccountConnections);
    let mut response = respond::page(visit, around, page).await?;
    if let Ok(refresh) = refresh {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    Ok(response)
}

/// Takes in what somebody brings back.
pub(crate) async fn come_back(
    visit: Visit,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<ArrivalQuery>,
) -> Result<Response, Failure> {
    // A person is led here. An image on somebody else's page is not, and uses up nobody's attempts.
    if headers
        .get("sec-fetch-mode")
        .is_some_and(|mode| mode != "navigate")
    {
        return Err(Failure::BadRequest(
            "This address is for browsers that come back from a provider.".to_owned(),
        ));
    }
    let state = visit.state();
    let Some(provider) = state.providers().find(&id).cloned() else {
        return no_such(&visit).await;
    };
    let arrival = Arrival {
        state: query.state.as_deref(),
        code: query.code.as_deref(),
        error: query.error.as_deref(),
        issuer: query.iss.as_deref(),
        browser: visit.browser(),
        redirect_uri: &redirect_uri(state, provider.config()),
        principal: visit.principal(),
        sign_up: state.settings().is_provider_sign_up_open(),
        caller: visit.caller(),
    };
    let place = limits::reserve_answer(&visit).await?;
    let arrived = arrive(state.identity(), state.providers(), &provider, arrival).await;
    if arrived.is_ok() {
        place.give_back().await;
    }
    match arrived {
        Ok(Arrived::SignedIn { signed_in, next }) => {
            let next = next.as_deref().and_then(LocalPath::parse);
            signed_in::lead_on(&visit, &session, signed_in, next.as_ref()).await
        }
        Ok(Arrived::Linked) => Ok(respond::led_to_page("/account/connections", Notice::Linked)),
        Err(error) => failed(&visit, &provider, error).await,
    }
}

async fn no_such(visit: &Visit) -> Result<Response, Failure> {
    page(visit, String::new(), ProviderFailure::NoSuchProvider).await
}

/// The page that says why nobody came in, and what to do.
pub(super) async fn failed(
    visit: &Visit,
    provider: &Provider,
    error: ProviderError,
) -> Result<Response, Failure> {
    let failure = match error {
        ProviderError::ConsentDenied => ProviderFailure::ConsentDenied,
        ProviderError::Down | ProviderError::StillDown => ProviderFailure::ProviderDown,
        ProviderError::ClockOff => ProviderFailure::ClockOff,
        ProviderError::Refused(_) => ProviderFailure::Refused,
        ProviderError::OtherBrowser | ProviderError::Used | ProviderError::TooLate => {
            ProviderFailure::OtherBrowser
        }
        ProviderError::AccountDisabled => ProviderFailure::AccountDisabled,
        ProviderError::IdentityBlocked => ProviderFailure::IdentityBlocked,
        ProviderError::DomainNotAllowed => ProviderFailure::DomainNotAllowed,
        ProviderError::AddressInUse => ProviderFailure::AddressInUse,
        ProviderError::SignUpClosed => ProviderFailure::SignUpClosed,
        ProviderError::IdentityTaken => ProviderFailure::IdentityTaken,
        // Not back to here: the answer was used, and its address is nobody's business.
        ProviderError::SignedOut => {
            return Ok(Redirect::to("/login?next=/account/connections").into_response());
        }
        ProviderError::LastWayIn | ProviderError::NotFound => return Err(Failure::NotFound),
        ProviderError::Internal(error) => return Err(error.into()),
    };
    page(visit, provider.config().name.clone(), failure).await
}

async fn page(
    visit: &Visit,
    provider: String,
    failure: ProviderFailure,
) -> Result<Response, Failure> {
    let page = ProviderFailurePage {
        provider,
        failure,
        signed_in: visit.principal().is_some(),
    };
    let mut response =
        respond::page(visit, Around::new(failure.title(), Section::None), page).await?;
    *response.status_mut() =
        StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::BAD_GATEWAY);
    Ok(response)
}
