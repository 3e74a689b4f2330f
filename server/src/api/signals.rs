//! `/api/signals`: what is over, for resource servers that keep an index of their own.

use std::time::{Duration, Instant};

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use latchkey_authority::feed::{self, Change, Entry, REMEMBERED};
use latchkey_types::{FamilyId, SessionId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    bearer::{self, CHALLENGE},
    failure::Failure,
    state::AppState,
};

/// So many at once.
const PAGE: usize = 10_000;

/// So long a request is held where there is nothing new, if it does not say otherwise.
const WAIT: u64 = 500;

/// And no longer than this.
const WAIT_LIMIT: u64 = 1_000;

/// Where to go on, and how long to wait there.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignalsQuery {
    /// The `next` of the answer before. Without it, and where this node does not know it,
    /// everything is told that the node remembers.
    after: Option<String>,
    /// So many milliseconds the request is held where there is nothing new, 1000 at most.
    wait: Option<u64>,
}

/// One thing that is over or has changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Signal)]
struct SignalJson {
    /// `session_ended`, `family_ended`, `user_changed` or `keys_changed`.
    #[schema(example = "session_ended")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<SessionId>,
    /// What access tokens have as `sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    family_id: Option<FamilyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
}

/// What is over, and as of when that is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Signals)]
pub(crate) struct SignalsJson {
    /// In the order in which this node heard of it. May repeat what is known already.
    signals: Vec<SignalJson>,
    /// Where to go on.
    #[schema(example = "EAAAAAGbqYz-AAGWHg…")]
    next: String,
    /// Everything that this node remembers is told: `after` was absent, or another node's.
    reset: bool,
    /// There is more at once. Nothing is known for certain before the last page.
    more: bool,
    /// How old what this node knows was when it answered, in milliseconds.
    #[schema(example = 12)]
    age_ms: u64,
    /// How long the request was held, in milliseconds.
    #[schema(example = 0)]
    held_ms: u64,
    /// So many seconds an ended id matters: no access token lives longer.
    #[schema(example = 900)]
    remember_s: u64,
}

fn json_of(entry: Entry) -> Option<SignalJson> {
    let signal = |kind| SignalJson {
        kind,
        session_id: None,
        family_id: None,
        user_id: None,
    };
    Some(match entry.change {
        Change::SessionEnded => SignalJson {
            session_id: Some(SessionId::from_uuid(entry.id)),
            ..signal("session_ended")
        },
        Change::FamilyEnded => SignalJson {
            family_id: Some(FamilyId::from_uuid(entry.id)),
            ..signal("family_ended")
        },
        Change::UserChanged => SignalJson {
            user_id: Some(UserId::from_uuid(entry.id)),
            ..signal("user_changed")
        },
        Change::KeysChanged => signal("keys_changed"),
        // A cookie's affair: no resource server sees one.
        Change::SessionChanged => return None,
    })
}

/// Tells what is over since a cursor; waits a moment where there is nothing new.
#[utoipa::path(
    get,
    path = "/api/signals",
    tag = "Followers",
    params(SignalsQuery),
    responses((status = 200, description = "What is over", body = SignalsJson)),
)]
pub(crate) async fn follow(
    State(state): State<AppState>,
    Query(query): Query<SignalsQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let began = Instant::now();
    if let Some(refusal) = refuse(&state, &headers)? {
        return Ok(refusal);
    }
    let authority = state.authority();
    let wait = Duration::from_millis(query.wait.unwrap_or(WAIT).min(WAIT_LIMIT));
    if let Some(cursor) = &query.after {
        // Nothing new within that time is an answer too: it says as of when.
        let _ = tokio::time::timeout(wait, authority.feed().heard_more(cursor)).await;
    }
    if !feed::is_fresh(authority).await {
        return Err(Failure::Busy { retry_after: 1 });
    }
    // In this order: a process that is stopped in between must not take the pause for time that it
    // knew of, and what is known must not be older than is said.
    let held = began.elapsed();
    let age = authority.feed().state(authority).age.unwrap_or_default();
    let heard = authority.feed().heard_after(query.after.as_deref(), PAGE);
    let answer = SignalsJson {
        signals: heard.entries.into_iter().filter_map(json_of).collect(),
        next: heard.next,
        reset: heard.is_reset,
        more: heard.has_more,
        // Rounded so that nobody takes it for younger than it is.
        age_ms: millis(age) + 1,
        held_ms: millis(held),
        remember_s: REMEMBERED.as_secs(),
    };
    let mut response = Json(answer).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Whoever has no follower's token is refused; where none is set, there is nothing here.
fn refuse(state: &AppState, headers: &HeaderMap) -> Result<Option<Response>, Failure> {
    let tokens = &state.settings().follower_tokens;
    if tokens.is_empty() {
        return Err(Failure::NotFound);
    }
    if bearer::shows_one_of(headers, tokens) {
        return Ok(None);
    }
    let mut response = (
        StatusCode::UNAUTHORIZED,
        [(header::CONTENT_TYPE, "application/problem+json")],
        serde_json::json!({
            "type": "about:blank",
            "title": "A follower's token is needed",
            "status": 401,
            "code": "not_a_follower",
            "detail": "Send a token of the setting `follower_tokens` as a bearer token.",
        })
        .to_string(),
    )
        .into_response();
    response.headers_mut().insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static(CHALLENGE),
    );
    Ok(Some(response))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
