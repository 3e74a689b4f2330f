//! `/admin/users` and `/admin/users/{id}`.

use axum::{extract::Path, response::Response};
use latchkey_app::{
    Notice, Section,
    page::admin_users::{AdminUserPage, AdminUsersPage},
};
use latchkey_authority::{
    Authority,
    audit::{self, AuditFilter},
    family::{self, FamilyFilter},
    principal::Permission,
    session::{self, SessionFilter, end},
    user,
};
use latchkey_identity::account::{self, AccountFilter, UserEntry};
use latchkey_types::{
    FamilyState, ListSort, Role, SessionState, UnixMillis, UserId, UserState, Word,
};
use serde::Deserialize;

use super::{
    admin_invitations,
    admin_sessions::{EndForm, ROWS, text},
    connections, family_items, items,
    listing::{self, Read, USERS, Wrong},
    respond::{self, Around},
};
use crate::{
    failure::Failure,
    form::{Fields, LocalPath, Query},
    visit::Visit,
};

const PATH: &str = "/admin/users";

/// So many events on a user's page.
const EVENTS: u64 = 20;

/// So many sessions that ended.
const ENDED: u64 = 5;

/// So many refresh families on it.
const FAMILIES: u64 = 20;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsersQuery {
    /// The beginning of a username or an e-mail address.
    #[param(required = false)]
    pub(crate) search: String,
    /// This role.
    #[param(required = false)]
    pub(crate) role: String,
    /// `active` or `disabled`.
    #[param(required = false)]
    pub(crate) state: String,
    /// `newest` (the usual order) or `oldest`.
    #[param(required = false)]
    pub(crate) sort: String,
    /// The earliest time, by which the list is ordered: a day (`2026-01-31`, UTC) or an instant
    /// (RFC 3339).
    #[param(required = false)]
    pub(crate) from: String,
    /// The latest time: a day, which belongs to it, or an instant, which does not.
    #[param(required = false)]
    pub(crate) to: String,
    /// Where the page begins: `next` of the page before; or `last`.
    #[param(required = false)]
    pub(crate) cursor: String,
    /// So many rows, 1 to 200; 50 where it is left out.
    pub(crate) limit: Option<u64>,
}

impl UsersQuery {
    /// What the query asks for.
    pub(crate) fn read(&self) -> Read<AccountFilter, ListSort> {
        let mut wrong = Wrong::default();
        let filter = AccountFilter {
            search: text(&self.search),
            role: wrong.word("role", &self.role),
            state: wrong.word("state", &self.state),
            period: wrong.period(&self.from, &self.to),
        };
        let sort = (self.sort.as_str(), ListSort::Newest);
        Read::new(filter, wrong, USERS, sort, &self.cursor)
    }

    /// The fields as they stand in addresses.
    pub(crate) fn fields(&self) -> listing::Fields<'_> {
        vec![
            ("search", &self.search),
            ("role", &self.role),
            ("state", &self.state),
            ("sort", &self.sort),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

/// Reads a word of a filter; an empty one is none.
pub(crate) fn word<W: Word>(name: &str, text: &str) -> Result<Option<W>, Failure> {
    (!text.is_empty())
        .then(|| W::parse(text))
        .transpose()
        .map_err(|error| Failure::BadRequest(format!("{name}: {error}")))
}

/// The list.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<UsersQuery>,
) -> Result<Response, Failure> {
    let read = query.read();
    let window = if read.is_wrong() {
        listing::nothing()
    } else {
        let authority = visit.state().authority();
        account::window(authority, &read.filter, read.sort, read.position, ROWS).await?
    };
    let fields = query.fields();
    let page = AdminUsersPage {
        links: read.links(PATH, &fields, &window, true),
        users: window.items.into_iter().map(items::user).collect(),
        asked: read.asked(&fields, &[]),
        may_manage: visit.may(Permission::ManageUsers),
    };
    let around = Around::new("Users", Section::AdminUsers);
    respond::list(&visit, around, page, read.is_wrong()).await
}

/// One user with everything that stands and happened.
pub(crate) async fn entry(authority: &Authority, user_id: UserId) -> Result<UserEntry, Failure> {
    let standing = user::one(authority, user_id)
        .await?
        .ok_or(Failure::NotFound)?;
    let account = account::one(authority, user_id)
        .await?
        .ok_or(Failure::NotFound)?;
    Ok(UserEntry {
        account,
        role: standing.role,
        state: standing.state(),
        disabled_at: standing.disabled_at,
        awaited_since: standing.awaited_since,
    })
}

/// A user's id from a path.
pub(crate) fn user_id(text: &str) -> Result<UserId, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// One user.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let user_id = user_id(&id)?;
    let entry = entry(authority, user_id).await?;
    let live = session::list_live_of_user(authority, user_id).await?;
    let of_them = FamilyFilter {
        users: Some(vec![user_id]),
        state: Some(FamilyState::Live),
        ..Default::default()
    };
    let families = family::list(authority, &of_them, None, FAMILIES).await?;
    let filter = AuditFilter {
        users: Some(vec![user_id]),
        ..Default::default()
    };
    let events = audit::list(authority, &filter, None, EVENTS).await?;
    let ended = SessionFilter {
        users: Some(vec![user_id]),
        state: Some(SessionState::Ended),
        ..Default::default()
    };
    let ended = session::list(authority, &ended, None, ENDED).await?;
    let last_sign_in = last_sign_in(authority, user_id).await?;
    let is_last_administrator = entry.role == Role::Administrator
        && entry.state == UserState::Active
        && entry.awaited_since.is_none()
        && user::count_administrators(authority).await?.0 <= 1;
    let title = entry.account.username.clone();
    let page = AdminUserPage {
        user: items::user(entry),
        connections: connections::items(visit.state(), user_id).await?,
        sessions_truncated: live.next.is_some(),
        sessions: items::sessions(authority, live.items, principal.session_id()).await?,
        families: family_items::families(authority, families.items).await?,
        of_user: family_items::of_user(authority, user_id).await?,
        events: items::events(authority, events.items).await?,
        ended: items::sessions(authority, ended.items, None).await?,
        last_sign_in,
        waiting: admin_invitations::waiting(authority, user_id).await?,
        may_end: visit.may(Permission::EndSessions),
        may_manage: visit.may(Permission::ManageUsers),
        is_self: principal.user_id == user_id,
        is_last_administrator,
        needs_fresh_proof: !visit.has_fresh_proof(),
        back: format!("/admin/users/{user_id}"),
    };
    respond::titled(&visit, title, Section::AdminUsers, page).await
}

/// When somebody last signed in, in a browser or with a program, as far as it is kept.
async fn last_sign_in(
    authority: &Authority,
    user_id: UserId,
) -> Result<Option<UnixMillis>, Failure> {
    let users = Some(vec![user_id]);
    let sessions = SessionFilter {
        users: users.clone(),
        ..Default::default()
    };
    let sessions = session::list(authority, &sessions, None, 1).await?;
    let families = FamilyFilter {
        users,
        ..Default::default()
    };
    let families = family::list(authority, &families, None, 1).await?;
    let newest = [
        sessions.items.first().map(|session| session.created_at),
        families.items.first().map(|family| family.created_at),
    ];
    Ok(newest.into_iter().flatten().max())
}

/// Ends all sessions of a user.
pub(crate) async fn end_sessions(
    visit: Visit,
    Path(id): Path<String>,
    Fields(form): Fields<EndForm>,
) -> Result<Response, Failure> {
    let user_id = user_id(&id)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let count = end::all_of_user(authority, principal, user_id, visit.caller()).await?;
    if user_id == principal.user_id {
        return Ok(respond::led_to_page("/login", Notice::SignedOut));
    }
    let notice = if count > 0 {
        Notice::SessionsEnded
    } else {
        Notice::NothingEnded
    };
    Ok(back(&form, user_id, notice))
}

/// Ends all refresh families of a user; their sessions stay.
pub(crate) async fn end_families(
    visit: Visit,
    Path(id): Path<String>,
    Fields(form): Fields<EndForm>,
) -> Result<Response, Failure> {
    let user_id = user_id(&id)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let count = family::end::all_of_user(authority, principal, user_id, visit.caller()).await?;
    let notice = if count > 0 {
        Notice::FamiliesEnded
    } else {
        Notice::NothingEnded
    };
    Ok(back(&form, user_id, notice))
}

/// To where the form says, or to the user's page.
fn back(form: &EndForm, user_id: UserId, notice: Notice) -> Response {
    match LocalPath::parse(&form.back) {
        Some(path) => respond::led_to(&path, notice),
        None => back_to(user_id, notice),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct RoleForm {
    role: String,
}

/// Gives a user another role.
pub(crate) async fn set_role(
    visit: Visit,
    Path(id): Path<String>,
    Fields(form): Fields<RoleForm>,
) -> Result<Response, Failure> {
    let user_id = user_id(&id)?;
    let role = word::<Role>("role", &form.role)?
        .ok_or_else(|| Failure::BadRequest("Choose a role.".to_owned()))?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let outcome = user::set_role(authority, principal, user_id, role, visit.caller()).await;
    after(user_id, outcome, Notice::RoleChanged)
}

/// Disables a user.
pub(crate) async fn disable(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let user_id = user_id(&id)?;
    let principal = visit.signed_in()?;
    let outcome = user::disable(
        visit.state().authority(),
        principal,
        user_id,
        visit.caller(),
    )
    .await;
    after(user_id, outcome, Notice::UserDisabled)
}

/// Enables a user again.
pub(crate) async fn enable(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let user_id = user_id(&id)?;
    let principal = visit.signed_in()?;
    let outcome = user::enable(
        visit.state().authority(),
        principal,
        user_id,
        visit.caller(),
    )
    .await;
    after(user_id, outcome, Notice::UserEnabled)
}

fn after(
    user_id: UserId,
    outcome: Result<bool, latchkey_authority::ActError>,
    done: Notice,
) -> Result<Response, Failure> {
    match outcome {
        Ok(true) => Ok(back_to(user_id, done)),
        Ok(false) => Ok(back_to(user_id, Notice::NothingChanged)),
        Err(latchkey_authority::ActError::LastAdministrator) => {
            Ok(back_to(user_id, Notice::LastAdministrator))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn back_to(user_id: UserId, notice: Notice) -> Response {
    match LocalPath::parse(&format!("/admin/users/{user_id}")) {
        Some(path) => respond::led_to(&path, notice),
        None => respond::led_to_page("/admin/users", notice),
    }
}
