//! `/admin/users/invite` and `/admin/invitations`: making links, showing each once, withdrawing.

use axum::{extract::Path, response::Response};
use http::StatusCode;
use latchkey_app::{
    Notice, Section,
    page::{
        admin_invitations::{AdminInvitationsPage, InvitationItem},
        invite::{How, InvitePage, LinkPage},
        register::AccountFieldErrors,
        sessions::UserLink,
    },
};
use latchkey_authority::{Authority, StoreError, page::Cursor, principal::Permission};
use latchkey_identity::{
    account,
    invitation::{self, InvitationRow, Invite, InviteError, Made},
};
use latchkey_types::{InvitationId, Role, UserId, Word as _};
use serde::Deserialize;

use super::{
    admin_sessions::{ROWS, cursor},
    admin_users::user_id,
    listing,
    names::Names,
    register::{USERNAME_TAKEN, email_text, username_text},
    respond::{self, Around},
};
use crate::{
    failure::Failure,
    form::{Fields, Query},
    visit::Visit,
};

const PATH: &str = "/admin/invitations";

/// Where a link leads. It is told to whoever makes it, and to nobody else.
pub(crate) fn link(visit: &Visit, made: &Made) -> String {
    let base = &visit.state().settings().base_url;
    format!("{base}/invitation?code={}", made.code.as_str())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InviteForm {
    how: String,
    username: String,
    email: String,
    role: String,
}

/// The form.
pub(crate) async fn show_form(visit: Visit) -> Result<Response, Failure> {
    let page = InvitePage {
        how: How::Invite,
        may_invite: visit.state().settings().may_invite(),
        username: String::new(),
        email: String::new(),
        role: Role::User,
        errors: AccountFieldErrors::default(),
    };
    respond::page(&visit, around_form(), page).await
}

fn around_form() -> Around {
    Around::new("Invite somebody", Section::AdminUsers)
}

/// Makes a link, and shows it this once.
pub(crate) async fn make(
    visit: Visit,
    Fields(form): Fields<InviteForm>,
) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let identity = visit.state().identity();
    let may_invite = visit.state().settings().may_invite();
    let role =
        Role::parse(&form.role).map_err(|_| Failure::BadRequest("Choose a role.".to_owned()))?;
    let how = match form.how.as_str() {
        "create" => How::Create,
        "invite" if may_invite => How::Invite,
        _ => return Err(Failure::BadRequest(NOT_HERE.to_owned())),
    };
    let new = Invite {
        username: given(&form.username),
        email: given(&form.email),
        role,
        caller: visit.caller(),
    };
    let outcome = match how {
        How::Invite => invitation::invite(identity, principal, new).await,
        How::Create => invitation::create(identity, principal, new).await,
    };
    let mut errors = AccountFieldErrors::default();
    match outcome {
        Ok(made) => {
            let whom = new.username.or(new.email).map(ToOwned::to_owned);
            return show_link(&visit, made, (whom, role), false).await;
        }
        Err(InviteError::Username(error)) => errors.username = Some(username_text(error)),
        Err(InviteError::Email(error)) => errors.email = Some(email_text(error)),
        Err(InviteError::UsernameTaken) => errors.username = Some(USERNAME_TAKEN.to_owned()),
        Err(InviteError::EmailTaken) => {
            errors.email = Some("There is an account with that address already.".to_owned());
        }
        Err(InviteError::TooMany) => errors.form = Some(TOO_MANY.to_owned()),
        Err(error) => return Err(error.into()),
    }
    let page = InvitePage {
        how,
        may_invite,
        username: form.username.clone(),
        email: form.email.clone(),
        role,
        errors,
    };
    let mut response = respond::page(&visit, around_form(), page).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

const TOO_MANY: &str = "Too many invitations are open. Withdraw some of them first.";
const NOT_HERE: &str =
    "An account is made by `invite` or by `create`; where sign-up is closed, by `create` alone.";

/// A field, unless it was left empty.
fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}

async fn show_link(
    visit: &Visit,
    made: Made,
    (whom, role): (Option<String>, Role),
    is_renewed: bool,
) -> Result<Response, Failure> {
    let page = LinkPage {
        link: link(visit, &made),
        user: made.user_id.map(|user_id| UserLink {
            id: user_id.to_string(),
            name: whom.clone().unwrap_or_default(),
        }),
        whom,
        role,
        expires_at: made.expires_at,
        is_renewed,
    };
    respond::page(
        visit,
        Around::new("Link to pass on", Section::AdminUsers),
        page,
    )
    .await
}

/// Makes a new link for an account that nobody can sign in to yet.
pub(crate) async fn renew(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let user_id = user_id(&id)?;
    let principal = visit.signed_in()?;
    let state = visit.state();
    let made = invitation::renew(state.identity(), principal, user_id, visit.caller()).await;
    match made {
        Ok(made) => {
            let entry = super::admin_users::entry(state.authority(), user_id).await?;
            let whom = (Some(entry.account.username), entry.role);
            show_link(&visit, made, whom, true).await
        }
        // The page says how it stands by now.
        Err(InviteError::HasArrived | InviteError::Disabled) => {
            Ok(super::admin_users::back_to(user_id, Notice::NothingChanged))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InvitationsQuery {
    cursor: String,
}

/// The open links.
pub(crate) async fn list(
    visit: Visit,
    Query(query): Query<InvitationsQuery>,
) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let cursor = cursor(&query.cursor)?;
    let found = invitation::list_open(authority, cursor, ROWS).await?;
    let address = |cursor: Option<Cursor>| {
        listing::address(PATH, &Vec::new(), cursor.map(Cursor::encode).as_deref())
    };
    let page = AdminInvitationsPage {
        next: found.next.map(|next| address(Some(next))),
        first: cursor.map(|_| address(None)),
        invitations: items(authority, found.items).await?,
        may_manage: visit.may(Permission::ManageUsers),
    };
    respond::page(
        &visit,
        Around::new("Invitations", Section::AdminUsers),
        page,
    )
    .await
}

async fn items(
    authority: &Authority,
    rows: Vec<InvitationRow>,
) -> Result<Vec<InvitationItem>, StoreError> {
    let mentioned = rows
        .iter()
        .flat_map(|row| [row.made_by, row.user_id].into_iter().flatten());
    let names = Names::of(authority, mentioned).await?;
    Ok(rows
        .into_iter()
        .map(|row| InvitationItem {
            id: row.invitation_id.to_string(),
            user: row.user_id.map(|id| names.link(id)),
            username: row.username,
            email: row.email,
            role: row.role,
            made_by: row.made_by.map(|id| names.link(id)),
            created_at: row.created_at,
            expires_at: row.expires_at,
            is_vouched_for: row.is_vouched_for,
        })
        .collect())
}

/// An invitation's id from a path.
pub(crate) fn invitation_id(text: &str) -> Result<InvitationId, Failure> {
    text.parse().map_err(|_| Failure::NotFound)
}

/// Withdraws a link.
pub(crate) async fn withdraw(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = invitation_id(&id)?;
    let principal = visit.signed_in()?;
    let authority = visit.state().authority();
    let notice = if invitation::withdraw(authority, principal, id, visit.caller()).await? {
        Notice::InvitationWithdrawn
    } else {
        Notice::NothingChanged
    };
    Ok(respond::led_to_page(PATH, notice))
}

/// What an account waits for that nobody can sign in to.
pub(super) async fn waiting(
    authority: &Authority,
    user_id: UserId,
) -> Result<Option<latchkey_app::page::admin_users::Waiting>, Failure> {
    if account::has_a_way_in(authority, user_id).await? {
        return Ok(None);
    }
    let since = latchkey_authority::user::one(authority, user_id)
        .await?
        .and_then(|user| user.awaited_since);
    let open = invitation::open_of_user(authority, user_id).await?;
    let names = Names::of(authority, open.iter().filter_map(|row| row.made_by)).await?;
    Ok(Some(latchkey_app::page::admin_users::Waiting {
        is_refused: open.as_ref().is_some_and(|row| !row.is_vouched_for),
        link: open.map(|row| (row.expires_at, row.made_by.map(|id| names.link(id)))),
        since,
    }))
}
