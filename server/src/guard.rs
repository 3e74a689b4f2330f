//! The guard: what every request passes before its handler runs, and what becomes of its failures.
//!
//! In order: the host, who asks and from where, the origin rule, the permission. The guard obeys
//! the row of the route table; handlers do not repeat it.

mod failures;
mod led;
pub(crate) mod nowhere;
mod proofs;

use std::{net::SocketAddr, sync::OnceLock};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use latchkey_app::Theme;
use latchkey_authority::{
    audit::{self, AuditEvent},
    caller::Caller,
    principal::{Principal, authorize},
};
use latchkey_types::EventKind;
use tower_sessions::Session;
use zeroize::Zeroizing;

pub(crate) use self::failures::render_failures;
use self::{
    led::{to_login, to_login_again},
    proofs::{LookedUp, look_up},
};
use crate::{
    address::client_address,
    cookies,
    device::KnownDevice,
    failure::Failure,
    form::LocalPath,
    limits,
    middleware::RequestId,
    origin,
    routes::{Access, Class, OriginRule, Proof, RateClass, Route},
    session_store::CALLER,
    state::AppState,
    user_agent::understand,
    visit::{self, Source, Visit},
};

/// Turns a request into a [`Visit`] and lets it through to its handler, or not.
pub(crate) async fn guard(
    State((state, route)): State<(AppState, &'static Route)>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    if let Err(failure) = check_host(&state, route, &request) {
        return match failure {
            Failure::Misdirected(base) if route.class == Class::Page => {
                // Somebody typed another name of this machine: lead them to the one that works.
                Redirect::to(&format!("{base}{}", here(&request))).into_response()
            }
            failure => failure.into_response(),
        };
    }
    let caller = caller(&state, &request);
    let looked_up = match look_up(&state, route, &session, request.headers(), &caller).await {
        Ok(found) => found,
        // What is not there is not there, whoever asks.
        Err(_) if route.is_nowhere() => LookedUp::default(),
        Err(failure) => return failure.into_response(),
    };
    let visit = visit(&state, route, caller.clone(), looked_up, &request);
    request.extensions_mut().insert(visit.clone());

    let mut response = CALLER
        .scope(caller, async {
            match admit(&visit, request).await {
                Ok(request) => renewed(&visit, &session, next.run(request).await).await,
                Err(failure) => failure.into_response(),
            }
        })
        .await;
    if matches!(
        response.extensions().get::<Failure>(),
        Some(Failure::NotSignedIn)
    ) && matches!(route.class, Class::Page | Class::Action)
    {
        return to_login(&visit);
    }
    if matches!(
        response.extensions().get::<Failure>(),
        Some(Failure::StaleProof)
    ) && matches!(route.class, Class::Page | Class::Action)
    {
        return to_login_again(&visit);
    }
    response.extensions_mut().insert(visit);
    response
}

fn visit(
    state: &AppState,
    route: &'static Route,
    caller: Caller,
    found: LookedUp,
    request: &Request,
) -> Visit {
    let names = state.cookie_names();
    let sent = cookies::read(request.headers(), names.pre_session).and_then(pre_session);
    let pre_session = sent.unwrap_or_else(|| state.authority().random().bytes());
    Visit::new(visit::Inner {
        state: state.clone(),
        route,
        caller,
        principal: found.principal,
        source: found.source,
        cookie_family: found.cookie_family,
        meant: origin::Meant::read(request.headers(), state.settings(), route),
        ended: found.ended,
        renewal_due: found.renewal_due,
        device: cookies::read(request.headers(), names.device)
            .and_then(|text| KnownDevice::open(state.authority().keys(), text)),
        setup_code: cookies::read(request.headers(), names.setup)
            .map(|code| Zeroizing::new(code.to_owned())),
        invitation_code: cookies::read(request.headers(), names.invitation)
            .map(|code| Zeroizing::new(code.to_owned())),
        pre_session,
        pre_session_cookie: sent
            .is_none()
            .then(|| names.write(names.pre_session, URL_SAFE_NO_PAD.encode(pre_session), None)),
        here: here(request),
        from: from(state, request.headers()),
        theme: theme(state, request.headers()),
        typed: OnceLock::new(),
    })
}

fn pre_session(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    (text.len() == 22 && URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) == Ok(16)).then_some(bytes)
}

/// The rules of the route's row; gives the request back if it passes all of them.
async fn admit(visit: &Visit, request: Request) -> Result<Request, Failure> {
    let route = visit.route();
    let request = match route.origin {
        // Where it goes by the cookie, who acts is asked first: programs are to hear that they are
        // not signed in.
        OriginRule::Safe | OriginRule::ByCookie | OriginRule::Signed => request,
        OriginRule::OwnPage => origin::check(visit, request).await?,
    };
    if matches!(
        route.proof,
        Proof::Session | Proof::BearerOrSession | Proof::Any
    ) {
        visit.signed_in()?;
        match (route.origin, route.class) {
            _ if visit.source() == Some(Source::Header) => {}
            (OriginRule::ByCookie, _) => visit.require_meant()?,
            // A page that names its origin means to read the answer.
            (OriginRule::Safe, Class::Api) => visit.require_origin()?,
            (OriginRule::Safe | OriginRule::OwnPage | OriginRule::Signed, _) => {}
        }
    }
    if let Access::Needs(permission) = route.access {
        let principal = visit.signed_in()?;
        if !authorize(principal.role, permission) {
            record_denial(visit, principal).await?;
            return Err(Failure::NotPermitted);
        }
        if route.needs_fresh_proof && !visit.has_fresh_proof() {
            return Err(Failure::StaleProof);
        }
    }
    if let Some(principal) = visit.principal() {
        let authority = visit.state().authority();
        if let Some(session_id) = principal.session_id()
            && route.is_use
        {
            authority
                .last_seen()
                .note(session_id, authority.now(), visit.caller().address_text());
        }
    }
    if route.rate == RateClass::SignUp {
        limits::reserve_sign_up(visit).await?;
    }
    Ok(request)
}

/// Gives a session whose user's role changed a new cookie, on a page that came out well: with a
/// failure tower-sessions would send none, and of several requests at once one alone would get it.
async fn renewed(visit: &Visit, session: &Session, response: Response) -> Response {
    let is_due = visit.renewal_due()
        && visit.principal().is_some()
        && visit.route().class == Class::Page
        && !response.status().is_server_error();
    if !is_due {
        return response;
    }
    match renew(session).await {
        Ok(()) => response,
        Err(failure) => failure.into_response(),
    }
}

/// Gives the session a new cookie; tower-sessions sends it with the response.
pub(crate) async fn renew(session: &Session) -> Result<(), Failure> {
    session.cycle_id().await?;
    Ok(session.save().await?)
}

async fn record_denial(visit: &Visit, principal: &Principal) -> Result<(), Failure> {
    let authority = visit.state().authority();
    let kind = EventKind::PermissionDenied;
    if authority
        .refusals()
        .count(authority, kind, &limits::address(visit))
    {
        let event = AuditEvent::failure(kind, "role", visit.caller())
            .actor(principal.user_id)
            .through(principal.credential)
            .detail(serde_json::json!({
                "method": visit.route().method.as_str(),
                "path": visit.route().path,
            }));
        audit::record(authority, event).await?;
    }
    Ok(())
}

fn check_host(state: &AppState, route: &'static Route, request: &Request) -> Result<(), Failure> {
    if route.class == Class::Operations {
        return Ok(());
    }
    let base = &state.settings().base_url;
    let host = request
        .uri()
        .authority()
        .map(http::uri::Authority::as_str)
        .or_else(|| {
            request
                .headers()
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
        })
        .unwrap_or("");
    let default_port = if base.is_secure() { ":443" } else { ":80" };
    let host = host.strip_suffix(default_port).unwrap_or(host);
    if host.eq_ignore_ascii_case(base.authority()) {
        Ok(())
    } else {
        Err(Failure::Misdirected(base.to_string()))
    }
}

fn caller(state: &AppState, request: &Request) -> Caller {
    let user_agent = user_agent(request.headers());
    let address = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| {
            let trusted = &state.settings().trusted_proxies;
            client_address(peer.ip(), request.headers(), trusted)
        });
    Caller {
        address,
        agent: understand(&user_agent),
        user_agent,
        request_id: request
            .extensions()
            .get::<RequestId>()
            .map(|id| id.0.clone())
            .unwrap_or_default(),
    }
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers
        .get(header::USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .unwrap_or_default();
    text.chars()
        .filter(|character| !character.is_control())
        .scan(0, |length, character| {
            *length += character.len_utf8();
            (*length <= Caller::USER_AGENT_LIMIT).then_some(character)
        })
        .collect()
}

fn here(request: &Request) -> String {
    request
        .uri()
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// The page of ours that a request came from: pages send their address along.
fn from(state: &AppState, headers: &HeaderMap) -> Option<LocalPath> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let base = state.settings().base_url.to_string();
    LocalPath::parse(referer.strip_prefix(&base)?)
}

/// The theme that the browser chose.
pub(crate) fn theme(state: &AppState, headers: &HeaderMap) -> Theme {
    cookies::read(headers, state.cookie_names().theme)
        .and_then(Theme::parse)
        .unwrap_or_default()
}
