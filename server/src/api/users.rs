//! `/api/admin/users`

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use latchkey_authority::{session::end, user};
use latchkey_identity::account::{self, UserEntry};
use latchkey_types::{Role, UserId, UserState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Changed, List, instant, limit};
use crate::{
    failure::Failure,
    form::{JsonBody, Query},
    pages::admin_users::{UsersQuery, entry, user_id},
    visit::Visit,
};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserJson {
    id: UserId,
    #[schema(example = "ann")]
    username: String,
    #[schema(example = "ann@example.com")]
    email: Option<String>,
    email_verified: bool,
    role: Role,
    state: UserState,
    #[schema(example = "2026-01-01T12:00:00Z")]
    created_at: String,
    #[schema(example = json!(null))]
    disabled_at: Option<String>,
    /// Since when the account waits for its owner to come by their link; null where it does not.
    #[schema(example = json!(null))]
    awaited_since: Option<String>,
}

pub(crate) fn json_of(entry: UserEntry) -> UserJson {
    UserJson {
        id: entry.account.user_id,
        username: entry.account.username,
        email: entry.account.email,
        email_verified: entry.account.email_verified_at.is_some(),
        role: entry.role,
        state: entry.state,
        created_at: instant(entry.account.created_at),
        disabled_at: entry.disabled_at.map(instant),
        awaited_since: entry.awaited_since.map(instant),
    }
}

#[utoipa::path(get, path = "/api/admin/users", tag = "Users", params(UsersQuery), responses((status = 200, body = List<UserJson>)))]
/// Lists users.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<UsersQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let read = query.read().strict()?;
    let limit = limit(query.limit)?;
    let window = account::window(authority, &read.filter, read.sort, read.position, limit).await?;
    Ok(super::listed(&read, window.map(json_of)))
}

#[utoipa::path(get, path = "/api/admin/users/{user_id}", tag = "Users", responses((status = 200, body = UserJson)))]
/// One user.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let entry = entry(visit.state().authority(), user_id(&id)?).await?;
    Ok(Json(json_of(entry)).into_response())
}

#[utoipa::path(post, path = "/api/admin/users/{user_id}/sign-out", tag = "Users", responses((status = 200, body = SignedOut)))]
/// Ends all sessions of a user.
pub(crate) async fn sign_out(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let count = end::all_of_user(authority, principal, user_id(&id)?, visit.caller()).await?;
    Ok(Json(SignedOut {
        sessions_ended: count,
    })
    .into_response())
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
struct SignedOut {
    #[schema(example = 3)]
    sessions_ended: u64,
}

/// Which role to give.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoleChange)]
pub(crate) struct RoleBody {
    role: Role,
}

#[utoipa::path(post, path = "/api/admin/users/{user_id}/role", tag = "Users", request_body = RoleBody, responses((status = 200, body = Changed)))]
/// Gives a user another role.
pub(crate) async fn set_role(
    visit: Visit,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<RoleBody>,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let id = user_id(&id)?;
    let changed = user::set_role(authority, principal, id, body.role, visit.caller()).await?;
    Ok(changed_json(changed))
}

#[utoipa::path(post, path = "/api/admin/users/{user_id}/disable", tag = "Users", responses((status = 200, body = Changed)))]
/// Disables a user.
pub(crate) async fn disable(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let changed = user::disable(authority, principal, user_id(&id)?, visit.caller()).await?;
    Ok(changed_json(changed))
}

#[utoipa::path(post, path = "/api/admin/users/{user_id}/enable", tag = "Users", responses((status = 200, body = Changed)))]
/// Enables a user again.
pub(crate) async fn enable(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let changed = user::enable(authority, principal, user_id(&id)?, visit.caller()).await?;
    Ok(changed_json(changed))
}

fn changed_json(changed: bool) -> Response {
    Json(Changed { changed }).into_response()
}
