//! `/api/admin/keys`: the signing keys.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::{
    key::{self, KeyRow},
    page::Page,
};
use latchkey_types::Algorithm;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{List, instant};
use crate::{failure::Failure, form::JsonBody, visit::Visit};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SigningKey)]
struct KeyJson {
    #[schema(example = "9sD1nX4bKq7LwZp2Rm5Vt8Yc3JhGm0EaIU40k9SxQ")]
    kid: String,
    algorithm: Algorithm,
    #[schema(example = "active")]
    state: &'static str,
    #[schema(example = "2026-01-01T12:00:00Z")]
    created_at: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    signs_from: String,
    #[schema(example = json!(null))]
    retires_at: Option<String>,
    #[schema(example = "2026-01-01T12:00:00Z")]
    verifies_until: Option<String>,
    #[schema(example = json!(null))]
    killed_at: Option<String>,
    #[schema(example = "k1")]
    master_key_id: String,
}

fn json_of(row: KeyRow) -> KeyJson {
    KeyJson {
        kid: row.kid,
        algorithm: row.algorithm,
        state: row.state.as_str(),
        created_at: instant(row.created_at),
        signs_from: instant(row.signs_from),
        retires_at: row.retires_at.map(instant),
        verifies_until: row.verifies_until.map(instant),
        killed_at: row.killed_at.map(instant),
        master_key_id: row.master_key_id,
    }
}

#[utoipa::path(get, path = "/api/admin/keys", tag = "Keys", responses((status = 200, body = List<KeyJson>)))]
/// Lists the keys that are good for something, and those killed of late; newest first.
pub(crate) async fn list(visit: Visit) -> Result<Response, Failure> {
    let items = key::list(visit.state().authority()).await?;
    Ok(super::list(Page { items, next: None }.map(json_of)))
}

/// What a rotation led to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rotated)]
struct RotatedJson {
    #[schema(example = "9sD1nX4bKq7LwZp2Rm5Vt8Yc3JhGm0EaIU40k9SxQ")]
    kid: String,
    algorithm: Algorithm,
    /// From when on it signs.
    #[schema(example = "2026-01-01T12:00:00Z")]
    signs_from: String,
    /// False where a rotation was under way already.
    changed: bool,
}

/// What a kill led to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Killed)]
struct KilledJson {
    changed: bool,
    /// The key that signs in its place, where it was the one that signed.
    #[schema(example = "uNEvYqZ2gF4sH8kT0bRw6mXc1LpJd5Ao7iVn3QxKtE")]
    successor: Option<String>,
}

/// How to rotate.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Rotate)]
pub(crate) struct RotateBody {
    /// Whose successor to publish; where not given, that of access tokens.
    algorithm: Option<Algorithm>,
    /// Whether it signs at once, and not an hour later.
    at_once: bool,
}

#[utoipa::path(post, path = "/api/admin/keys/rotate", tag = "Keys", request_body = RotateBody, responses((status = 200, body = RotatedJson)))]
/// Publishes the next key.
pub(crate) async fn rotate(
    visit: Visit,
    JsonBody(body): JsonBody<RotateBody>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let principal = visit.signed_in()?;
    let rotated = if body.at_once {
        key::rotate_at_once(authority, principal, body.algorithm, visit.caller()).await
    } else {
        key::rotate(authority, principal, body.algorithm, visit.caller()).await
    }?;
    Ok(Json(RotatedJson {
        kid: rotated.kid,
        algorithm: rotated.algorithm,
        signs_from: instant(rotated.signs_from),
        changed: rotated.changed,
    })
    .into_response())
}

#[utoipa::path(post, path = "/api/admin/keys/{kid}/kill", tag = "Keys", responses((status = 200, body = KilledJson)))]
/// Kills a key: no token that it signed is good from now on.
pub(crate) async fn kill(visit: Visit, Path(kid): Path<String>) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let principal = visit.signed_in()?;
    let killed = key::kill(authority, principal, &kid, visit.caller()).await?;
    Ok(Json(KilledJson {
        changed: killed.changed,
        successor: killed.successor,
    })
    .into_response())
}
