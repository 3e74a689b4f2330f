//! Making links.

use latchkey_authority::{
    ActError, AuthorityTx, Lock, StoreError,
    audit::AuditEvent,
    caller::Caller,
    principal::{Actor, Permission},
    signal::Signals,
    user,
};
use latchkey_types::{EventKind, InvitationId, Role, UnixMillis, UserId, Word as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _,
    QueryFilter, sea_query::Expr,
};
use serde_json::json;

use super::{LINK_LIFETIME, OPEN_LIMIT, open_at};
use crate::{
    Identity,
    account::way_in,
    entity::{accounts, invitations},
    link_code::{LinkCode, Purpose},
    name::{EmailAddress, NameError, Username},
    new_account::{NewAccount, NewAccountError},
};

/// What a link is to be for.
#[derive(Debug, Clone, Copy)]
pub struct Invite<'a> {
    /// The username that its owner shall have.
    pub username: Option<&'a str>,
    /// Their address; it counts as not verified.
    pub email: Option<&'a str>,
    /// What they shall be allowed to do.
    pub role: Role,
    /// Where it is done.
    pub caller: &'a Caller,
}

/// A link that was just made.
#[derive(Debug)]
pub struct Made {
    /// Names it.
    pub invitation_id: InvitationId,
    /// The account, where there is one.
    pub user_id: Option<UserId>,
    /// What the link holds. It is nowhere else.
    pub code: LinkCode,
    /// From when on it is good for nothing.
    pub expires_at: UnixMillis,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// It cannot be a username.
    #[error("the username {0}")]
    Username(NameError),
    /// It is not an e-mail address.
    #[error("the e-mail address {0}")]
    Email(NameError),
    /// Somebody has this username, or one that looks like it.
    #[error("the username is taken")]
    UsernameTaken,
    /// Somebody has this address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// So many are open that there is room for no other.
    #[error("too many invitations are open")]
    TooMany,
    /// The account has a way in already: it waits for nobody.
    #[error("the account has an owner already")]
    HasArrived,
    /// The user is disabled: nobody could come in by the link.
    #[error("the user is disabled")]
    Disabled,
    /// Whoever asks may not.
    #[error(transparent)]
    Act(#[from] ActError),
}

impl From<StoreError> for InviteError {
    fn from(error: StoreError) -> Self {
        Self::Act(error.into())
    }
}

impl From<sea_orm::DbErr> for InviteError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Act(error.into())
    }
}

impl From<NewAccountError> for InviteError {
    fn from(error: NewAccountError) -> Self {
        match error {
            NewAccountError::Username(error) => Self::Username(error),
            NewAccountError::Email(error) => Self::Email(error),
            NewAccountError::UsernameTaken => Self::UsernameTaken,
            NewAccountError::EmailTaken => Self::EmailTaken,
            NewAccountError::Internal(error) => error.into(),
            // Nothing is hashed, and no id is asked for.
            NewAccountError::Password(_)
            | NewAccountError::Busy { .. }
            | NewAccountError::IdTaken => StoreError::Inconsistent {
                table: "users",
                column: "user_id",
            }
            .into(),
        }
    }
}

/// A link by which whoever opens it makes an account.
///
/// # Errors
/// See [`InviteError`].
pub async fn invite(
    identity: &Identity,
    actor: impl Into<Actor<'_>>,
    new: Invite<'_>,
) -> Result<Made, InviteError> {
    let actor = actor.into();
    let username = username(&new)?;
    let email = email(&new)?;
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.act(actor, Permission::ManageUsers, &[]).await?;
    make_room(&tx).await?;
    // Told now: whoever opens the link could do nothing about it. Nothing is kept for them; should
    // somebody else take the name meanwhile, they choose another.
    if let Some(username) = &username
        && is_taken(tx.connection(), username).await?
    {
        return Err(InviteError::UsernameTaken);
    }
    if let Some(email) = &email
        && accounts::Entity::find()
            .filter(accounts::Column::EmailKey.eq(email.key()))
            .count(tx.connection())
            .await?
            > 0
    {
        return Err(InviteError::EmailTaken);
    }
    let row = Row {
        role: new.role,
        username: username.as_ref().map(Username::as_str),
        email: email.as_ref().map(EmailAddress::as_str),
        user_id: None,
    };
    let (made, event) = write(&tx, &actor, &row, new.caller).await?;
    tx.commit([event], Signals::Nothing).await?;
    Ok(made)
}

/// Makes an account without a password, and the link by which its owner sets the first one.
///
/// # Errors
/// See [`InviteError`].
pub async fn create(
    identity: &Identity,
    actor: impl Into<Actor<'_>>,
    new: Invite<'_>,
) -> Result<Made, InviteError> {
    let actor = actor.into();
    let username = username(&new)?.ok_or(InviteError::Username(NameError::Empty))?;
    let email = email(&new)?;
    let row_email = email.as_ref().map(|email| email.as_str().to_owned());
    let name = username.as_str().to_owned();
    let account = NewAccount::without_password(username, email);
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.act(actor, Permission::ManageUsers, &[]).await?;
    make_room(&tx).await?;
    if new.role == Role::Administrator {
        // Closes the set-up page, if this is the first one.
        user::mark_administrator_created(&tx).await?;
    }
    let user_id = account.write(&mut tx, None, new.role, false).await?;
    user::await_owner(&tx, user_id).await?;
    let row = Row {
        role: new.role,
        username: Some(&name),
        email: row_email.as_deref(),
        user_id: Some(user_id),
    };
    let (made, event) = write(&tx, &actor, &row, new.caller).await?;
    let created = AuditEvent::success(EventKind::UserCreated, new.caller)
        .by(&actor)
        .subject(user_id)
        .detail(json!({ "role": new.role.as_str() }));
    tx.commit([created, event], Signals::Nothing).await?;
    Ok(made)
}

/// A new link for an account that nobody can sign in to yet; those before it are over.
///
/// Of an account that has any way in nobody gets a link: it would be a way into somebody else's.
///
/// # Errors
/// See [`InviteError`].
pub async fn renew(
    identity: &Identity,
    actor: impl Into<Actor<'_>>,
    user_id: UserId,
    caller: &Caller,
) -> Result<Made, InviteError> {
    let actor = actor.into();
    let mut tx = AuthorityTx::begin(identity.authority()).await?;
    tx.act(
        actor,
        Permission::ManageUsers,
        &[(user_id, Lock::Exclusive)],
    )
    .await?;
    let user = tx.locked(user_id).ok_or(ActError::NotFound)?;
    if !user.is_active {
        return Err(InviteError::Disabled);
    }
    if way_in(tx.connection(), user_id).await? {
        return Err(InviteError::HasArrived);
    }
    let account = accounts::Entity::find_by_id(user_id.as_uuid())
        .one(tx.connection())
        .await?
        .ok_or(ActError::NotFound)?;
    invitations::Entity::update_many()
        .col_expr(invitations::Column::WithdrawnAt, Expr::value(tx.now().0))
        .col_expr(
            invitations::Column::WithdrawnBy,
            Expr::value(actor.user_id().map(UserId::as_uuid)),
        )
        .filter(invitations::Column::UserId.eq(user_id.as_uuid()))
        .filter(open_at(tx.now()))
        .exec(tx.connection())
        .await?;
    make_room(&tx).await?;
    let row = Row {
        role: user.role,
        username: Some(&account.username),
        email: account.email.as_deref(),
        user_id: Some(user_id),
    };
    let (made, event) = write(&tx, &actor, &row, caller).await?;
    tx.commit([event], Signals::Nothing).await?;
    Ok(made)
}

fn username(new: &Invite<'_>) -> Result<Option<Username>, InviteError> {
    new.username
        .map(Username::parse)
        .transpose()
        .map_err(InviteError::Username)
}

fn email(new: &Invite<'_>) -> Result<Option<EmailAddress>, InviteError> {
    new.email
        .map(EmailAddress::parse)
        .transpose()
        .map_err(InviteError::Email)
}

/// Whether somebody has this username, or one that looks like it.
pub(super) async fn is_taken(
    connection: &impl ConnectionTrait,
    username: &Username,
) -> Result<bool, StoreError> {
    Ok(accounts::Entity::find()
        .filter(
            Condition::any()
                .add(accounts::Column::UsernameKey.eq(username.key()))
                .add(accounts::Column::UsernameSkeleton.eq(username.skeleton())),
        )
        .count(connection)
        .await?
        > 0)
}

/// Two that come for the last place at once may both get it: a limit, no promise.
async fn make_room(tx: &AuthorityTx) -> Result<(), InviteError> {
    let open = invitations::Entity::find()
        .filter(open_at(tx.now()))
        .count(tx.connection())
        .await?;
    if open >= OPEN_LIMIT {
        return Err(InviteError::TooMany);
    }
    Ok(())
}

struct Row<'a> {
    role: Role,
    username: Option<&'a str>,
    email: Option<&'a str>,
    user_id: Option<UserId>,
}

async fn write(
    tx: &AuthorityTx,
    actor: &Actor<'_>,
    row: &Row<'_>,
    caller: &Caller,
) -> Result<(Made, AuditEvent), StoreError> {
    let random = tx.authority().random();
    let invitation_id = InvitationId::from_uuid(random.uuid(tx.now()));
    let code = LinkCode::generate(random);
    let expires_at = tx.now().after(LINK_LIFETIME);
    invitations::Entity::insert(invitations::ActiveModel {
        invitation_id: Set(invitation_id.as_uuid()),
        code_hash: Set(LinkCode::hash(Purpose::Invitation, code.as_str()).unwrap_or_default()),
        role: Set(row.role.as_str().to_owned()),
        email: Set(row.email.map(ToOwned::to_owned)),
        username: Set(row.username.map(ToOwned::to_owned)),
        user_id: Set(row.user_id.map(UserId::as_uuid)),
        made_by: Set(actor.user_id().map(UserId::as_uuid)),
        by_operator: Set(matches!(actor, Actor::Operator)),
        created_at: Set(tx.now().0),
        expires_at: Set(expires_at.0),
        ..Default::default()
    })
    .exec_without_returning(tx.connection())
    .await?;
    let mut event = AuditEvent::success(EventKind::InvitationMade, caller)
        .by(actor)
        .detail(json!({ "invitation": invitation_id, "role": row.role.as_str() }));
    if let Some(user_id) = row.user_id {
        event = event.subject(user_id);
    }
    let made = Made {
        invitation_id,
        user_id: row.user_id,
        code,
        expires_at,
    };
    Ok((made, event))
}
