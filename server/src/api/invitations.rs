//! `/api/admin/invitations`, and making accounts.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use latchkey_identity::invitation::{self, InvitationRow, Invite, Made};
use latchkey_types::{InvitationId, Role, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Changed, List, UserRef, instant, limit};
use crate::{
    failure::Failure,
    form::{JsonBody, Query},
    pages::{
        admin_invitations::{invitation_id, link},
        admin_sessions::cursor,
        admin_users::user_id,
        names::Names,
    },
    visit::Visit,
};

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
struct InvitationJson {
    id: InvitationId,
    role: Role,
    /// The username that was given.
    #[schema(example = "ann")]
    username: Option<String>,
    /// The address that was given.
    #[schema(example = "ann@example.com")]
    email: Option<String>,
    /// The account, where it was made at once.
    user_id: Option<UserId>,
    /// Who made it; null where it was the command line.
    made_by: Option<UserRef>,
    #[schema(example = "2026-01-01T12:00:00Z")]
    created_at: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    expires_at: String,
    /// False where its maker may not manage users any more: then the link is refused.
    vouched_for: bool,
}

fn json_of(row: InvitationRow, names: &Names) -> InvitationJson {
    InvitationJson {
        id: row.invitation_id,
        role: row.role,
        username: row.username,
        email: row.email,
        user_id: row.user_id,
        made_by: row.made_by.map(|id| UserRef::of(names, id)),
        created_at: instant(row.created_at),
        expires_at: instant(row.expires_at),
        vouched_for: row.is_vouched_for,
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvitationsQuery {
    /// Where the page begins: `next` of the page before.
    #[param(required = false)]
    cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    limit: Option<u64>,
}

#[utoipa::path(get, path = "/api/admin/invitations", tag = "Users", params(InvitationsQuery), responses((status = 200, body = List<InvitationJson>)))]
/// Lists the links that are open: neither used nor withdrawn nor too old.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<InvitationsQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let cursor = cursor(&query.cursor)?;
    let page = invitation::list_open(authority, cursor, limit(query.limit)?).await?;
    let names = Names::of(authority, page.items.iter().filter_map(|row| row.made_by)).await?;
    Ok(super::list(page.map(|row| json_of(row, &names))))
}

/// For whom a link is to be.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Invite, example = json!({ "username": "ann", "email": "ann@example.com", "role": "auditor" }))]
pub(crate) struct InviteBody {
    /// The username that they shall have. Needed where the account is made at once.
    #[schema(example = "ann")]
    username: Option<String>,
    /// Their address; it counts as not verified.
    #[schema(example = "ann@example.com")]
    email: Option<String>,
    /// What they may do: `user` where it is left out.
    role: Option<Role>,
}

impl InviteBody {
    fn invite<'a>(&'a self, visit: &'a Visit) -> Invite<'a> {
        Invite {
            username: self.username.as_deref(),
            email: self.email.as_deref(),
            role: self.role.unwrap_or(Role::User),
            caller: visit.caller(),
        }
    }
}

/// A link that was just made. Without `Debug`: whoever has the link gets the account.
#[derive(Serialize, ToSchema)]
#[schema(as = Link)]
struct LinkJson {
    invitation_id: InvitationId,
    /// The account, where there is one.
    user_id: Option<UserId>,
    /// The link itself: told this once, and stored nowhere. Whoever has it gets the account.
    #[schema(example = "https://id.example.com/invitation/…")]
    link: String,
    #[schema(example = "2026-01-01T12:00:00Z")]
    expires_at: String,
}

fn link_json(visit: &Visit, made: &Made) -> Response {
    let body = LinkJson {
        invitation_id: made.invitation_id,
        user_id: made.user_id,
        link: link(visit, made),
        expires_at: instant(made.expires_at),
    };
    (StatusCode::CREATED, Json(body)).into_response()
}

#[utoipa::path(post, path = "/api/admin/invitations", tag = "Users", request_body = InviteBody, responses((status = 201, body = LinkJson)))]
/// Makes a one-time link by which whoever opens it makes an account.
///
/// Refused where the setting `sign_up` is `closed`.
pub(crate) async fn invite(
    visit: Visit,
    JsonBody(body): JsonBody<InviteBody>,
) -> Result<Response, Failure> {
    if !visit.state().settings().may_invite() {
        return Err(Failure::BadRequest(
            "sign_up is `closed`: make the account with POST /api/admin/users".to_owned(),
        ));
    }
    let principal = visit.signed_in()?;
    let identity = visit.state().identity();
    let made = invitation::invite(identity, principal, body.invite(&visit)).await?;
    Ok(link_json(&visit, &made))
}

#[utoipa::path(post, path = "/api/admin/users", tag = "Users", request_body = InviteBody, responses((status = 201, body = LinkJson)))]
/// Makes an account without a password, and the link by which its owner sets the first one.
pub(crate) async fn create(
    visit: Visit,
    JsonBody(body): JsonBody<InviteBody>,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let identity = visit.state().identity();
    let made = invitation::create(identity, principal, body.invite(&visit)).await?;
    Ok(link_json(&visit, &made))
}

#[utoipa::path(post, path = "/api/admin/users/{user_id}/link", tag = "Users", responses((status = 201, body = LinkJson)))]
/// Makes a new link for an account that nobody can sign in to yet; those before it are over.
pub(crate) async fn renew(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let identity = visit.state().identity();
    let made = invitation::renew(identity, principal, user_id(&id)?, visit.caller()).await?;
    Ok(link_json(&visit, &made))
}

#[utoipa::path(post, path = "/api/admin/invitations/{invitation_id}/withdraw", tag = "Users", responses((status = 200, body = Changed)))]
/// Withdraws a link: it opens nothing from now on.
pub(crate) async fn withdraw(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let id = invitation_id(&id)?;
    let changed = invitation::withdraw(authority, principal, id, visit.caller()).await?;
    Ok(Json(Changed { changed }).into_response())
}
