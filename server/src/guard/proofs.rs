//! Who asks: the proofs that came with a request, as far as its route takes them.

use http::HeaderMap;
use latchkey_authority::{
    caller::Caller,
    database,
    principal::Principal,
    session::{self, Check},
};
use latchkey_types::{EndReason, FamilyId, SessionId};
use tower_sessions::Session;

use crate::{
    api::auth::transport,
    bearer, cookies,
    failure::Failure,
    metrics::{CheckKind, CheckOutcome},
    routes::{Class, Proof, Route},
    session_store::SESSION_ID,
    state::AppState,
    visit::Source,
};

/// What the proofs that came with a request led to.
#[derive(Debug, Default)]
pub(super) struct LookedUp {
    pub(super) principal: Option<Principal>,
    pub(super) source: Option<Source>,
    pub(super) cookie_family: Option<FamilyId>,
    pub(super) ended: Option<EndReason>,
    pub(super) renewal_due: bool,
}

/// Looks at the proofs that the route takes. The header wins over cookies, and one that is no good
/// lets nobody in: who sends it means to act through it.
pub(super) async fn look_up(
    state: &AppState,
    route: &Route,
    session: &Session,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<LookedUp, Failure> {
    let through = |principal, source| LookedUp {
        principal: Some(principal),
        source: Some(source),
        ..LookedUp::default()
    };
    if matches!(route.proof, Proof::BearerOrSession | Proof::Any)
        && let Some(token) = bearer::in_header(headers)?
    {
        let principal = by_token(state, token, caller).await?;
        return Ok(through(principal, Source::Header));
    }
    if route.proof == Proof::Any
        && let Some(token) = cookies::only(headers, state.token_cookies().access)?
    {
        let principal = by_token(state, token, caller).await?;
        return Ok(through(principal, Source::AccessCookie));
    }
    let found = match route.proof {
        Proof::None => LookedUp::default(),
        Proof::Optional | Proof::Session | Proof::BearerOrSession | Proof::Any => {
            look_up_session(state, session).await?
        }
    };
    Ok(LookedUp {
        cookie_family: match route.class {
            Class::Auth => transport::family(state, headers).await?,
            Class::Page | Class::Action | Class::Api | Class::Operations => None,
        },
        ..found
    })
}

async fn by_token(state: &AppState, token: &str, caller: &Caller) -> Result<Principal, Failure> {
    let look = bearer::principal(state, token, caller);
    counted(state, CheckKind::Bearer, look, |_| true).await
}

async fn look_up_session(state: &AppState, session: &Session) -> Result<LookedUp, Failure> {
    if session.id().is_none() {
        return Ok(LookedUp::default());
    }
    let look = live_session(state, session);
    counted(state, CheckKind::Session, look, |found| {
        found.principal.is_some()
    })
    .await
}

/// Counts a check, how it came out, and what it sent to the database.
async fn counted<T>(
    state: &AppState,
    kind: CheckKind,
    look: impl Future<Output = Result<T, Failure>>,
    is_live: impl Fn(&T) -> bool,
) -> Result<T, Failure> {
    let before = database::sent();
    let found = look.await;
    let outcome = match &found {
        Ok(found) if is_live(found) => CheckOutcome::Live,
        Err(Failure::Busy { .. }) => CheckOutcome::Unknown,
        Ok(_) | Err(_) => CheckOutcome::Refused,
    };
    let statements = database::sent().saturating_sub(before);
    state.metrics().checked(kind, outcome, statements);
    found
}

async fn live_session(state: &AppState, session: &Session) -> Result<LookedUp, Failure> {
    let session_id: Option<SessionId> =
        session.get(SESSION_ID).await.map_err(Failure::unchecked)?;
    let Some(session_id) = session_id else {
        return Ok(LookedUp::default());
    };
    let check = session::check(state.authority(), session_id)
        .await
        .map_err(Failure::unchecked)?;
    Ok(match check {
        Check::Live {
            principal,
            renewal_due,
        } => LookedUp {
            principal: Some(principal),
            source: Some(Source::Session),
            renewal_due,
            ..Default::default()
        },
        Check::Ended { reason } => LookedUp {
            ended: Some(reason),
            ..Default::default()
        },
        Check::Unknown => LookedUp::default(),
    })
}
