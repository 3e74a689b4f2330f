//! [`AuthorityTx`]: the one door through which authority changes.
//!
//! Rules that hold in every transaction here:
//! - What changes, its audit events and its signals commit together or not at all: committing
//!   asks for all of them, and dropping the transaction undoes everything.
//! - Rows of users are locked first, in the order of their ids, then everything else. Whoever
//!   creates something for a user locks that user's row shared; whoever takes something away
//!   locks it exclusively. So nothing is born beside the change that should have prevented it,
//!   and no two transactions wait for each other.
//! - Whoever acts is looked up again here, locked: what a request believed about its own session
//!   and role is good for reading only.

use std::collections::BTreeMap;

use latchkey_types::{Role, UnixMillis, UserId, Word};
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IsolationLevel, QueryFilter, QueryOrder, QuerySelect, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
    sea_query::{LockType, SelectStatement},
};
use sha2::{Digest as _, Sha256};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::{
    Authority,
    audit::{self, AuditEvent, OnRecord},
    entity::{families, sessions, users},
    error::{ActError, StoreError},
    family,
    page::Count,
    principal::{Actor, Credential, Permission, Principal, authorize},
    session,
    signal::{self, Signals},
    user,
};

/// How a user's row is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Others may lock it shared too: something is created for the user.
    Shared,
    /// Nobody else: something is taken from the user.
    Exclusive,
}

impl Lock {
    fn kind(self) -> LockType {
        match self {
            Self::Shared => LockType::Share,
            Self::Exclusive => LockType::Update,
        }
    }
}

/// A user as it stands while their row is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockedUser {
    /// The user.
    pub user_id: UserId,
    /// Their role.
    pub role: Role,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether nobody has come for the account yet.
    pub is_awaited: bool,
}

/// A transaction that changes authority. See the module's rules.
#[derive(Debug)]
pub struct AuthorityTx {
    transaction: DatabaseTransaction,
    authority: Authority,
    now: UnixMillis,
    locked: BTreeMap<UserId, LockedUser>,
    // Dropped after the transaction: the next writer starts when this one is through.
    _writer: Option<OwnedMutexGuard<()>>,
}

impl AuthorityTx {
    /// Begins. The time is taken once, here, so that everything in the transaction agrees on it.
    ///
    /// # Errors
    /// [`StoreError`] when the database gives no transaction.
    pub async fn begin(authority: &Authority) -> Result<Self, StoreError> {
        let writer = authority.turn().await;
        let transaction = authority
            .database()
            .begin_with_options(TransactionOptions {
                isolation_level: (!authority.is_sqlite()).then_some(IsolationLevel::ReadCommitted),
                access_mode: (!authority.is_sqlite()).then_some(AccessMode::ReadWrite),
                // A deferred transaction that reads before it writes fails as soon as another
                // one has written.
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            })
            .await?;
        Ok(Self {
            transaction,
            authority: authority.clone(),
            // After the lock: whoever waited for it must not act in the past.
            now: authority.now(),
            locked: BTreeMap::new(),
            _writer: writer,
        })
    }

    /// The time of this transaction.
    pub fn now(&self) -> UnixMillis {
        self.now
    }

    /// What the transaction belongs to.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The connection, for statements of the use case.
    pub fn connection(&self) -> &impl ConnectionTrait {
        &self.transaction
    }

    /// Locks the rows of `wanted` users in the order of their ids; absent ones are left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lock_users(&mut self, wanted: &[(UserId, Lock)]) -> Result<(), StoreError> {
        let mut ordered: BTreeMap<UserId, Lock> = BTreeMap::new();
        for (user_id, lock) in wanted {
            let strongest = ordered.entry(*user_id).or_insert(*lock);
            *strongest = (*strongest).max(*lock);
        }
        for (user_id, lock) in ordered {
            let row = users::Entity::find_by_id(user_id.as_uuid())
                .lock(lock.kind())
                .one(&self.transaction)
                .await?;
            if let Some(row) = row {
                self.locked.insert(user_id, locked_user(&row)?);
            }
        }
        Ok(())
    }

    /// Locks the rows of many users exclusively, in the order of their ids, in one statement: where
    /// much is taken from many, and nobody looks at them.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub(crate) async fn lock_many(
        &self,
        wanted: impl IntoIterator<Item = Uuid>,
    ) -> Result<(), StoreError> {
        users::Entity::find()
            .select_only()
            .column(users::Column::UserId)
            .filter(users::Column::UserId.is_in(wanted))
            .order_by_asc(users::Column::UserId)
            .lock(LockType::Update)
            .into_tuple::<Uuid>()
            .all(&self.transaction)
            .await?;
        Ok(())
    }

    /// Locks the row of the one user whose id a query gives; `None` if it gives none.
    ///
    /// To be called before any other lock, because it keeps no order with users locked already.
    pub(crate) async fn lock_user_where(
        &mut self,
        user_id: SelectStatement,
        lock: Lock,
    ) -> Result<Option<UserId>, StoreError> {
        let row = users::Entity::find()
            .filter(users::Column::UserId.in_subquery(user_id))
            .lock(lock.kind())
            .one(&self.transaction)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let user = locked_user(&row)?;
        self.locked.insert(user.user_id, user);
        Ok(Some(user.user_id))
    }

    /// A user whose row this transaction has locked; `None` if there is no such user.
    pub fn locked(&self, user_id: UserId) -> Option<LockedUser> {
        self.locked.get(&user_id).copied()
    }

    /// Looks the actor up again, locked, and checks `permission`; locks `others` on the way.
    ///
    /// # Errors
    /// [`ActError::SignedOut`] if their session or their user may no longer act;
    /// [`ActError::NotPermitted`] if their role does not allow it.
    pub async fn act(
        &mut self,
        actor: impl Into<Actor<'_>>,
        permission: Permission,
        others: &[(UserId, Lock)],
    ) -> Result<(), ActError> {
        let principal = match actor.into() {
            Actor::Principal(principal) => principal,
            Actor::Operator => return Ok(self.lock_users(others).await?),
        };
        let mut wanted = others.to_vec();
        wanted.push((principal.user_id, Lock::Shared));
        self.lock_users(&wanted).await?;
        let actor = self
            .locked(principal.user_id)
            .filter(|user| user.is_active)
            .ok_or(ActError::SignedOut)?;

        self.lock_credential(principal).await?;
        if !authorize(actor.role, permission) {
            return Err(ActError::NotPermitted);
        }
        Ok(())
    }

    /// Locks the session or the refresh family through which somebody acts, and looks whether it
    /// still may.
    async fn lock_credential(&self, principal: &Principal) -> Result<(), ActError> {
        let is_over = match principal.credential {
            Credential::Session(session_id) => {
                let session = sessions::Entity::find_by_id(session_id.as_uuid())
                    .filter(sessions::Column::UserId.eq(principal.user_id.as_uuid()))
                    .lock(LockType::Share)
                    .one(&self.transaction)
                    .await?
                    .ok_or(ActError::SignedOut)?;
                session::over(&self.authority, &session, self.now)?.is_some()
            }
            Credential::Family(family_id) => {
                let family = families::Entity::find_by_id(family_id.as_uuid())
                    .filter(families::Column::UserId.eq(principal.user_id.as_uuid()))
                    .lock(LockType::Share)
                    .one(&self.transaction)
                    .await?
                    .ok_or(ActError::SignedOut)?;
                family::over(&family, self.now)?.is_some()
            }
        };
        if is_over {
            return Err(ActError::SignedOut);
        }
        Ok(())
    }

    /// Waits until no other transaction changes roles or states, so that counting administrators
    /// counts what will stand after commit.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lock_roles(&self) -> Result<(), StoreError> {
        self.lock_number(7_811_033_491).await
    }

    /// Waits until no other transaction changes signing keys, so that two nodes which find one due
    /// make one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lock_keys(&self) -> Result<(), StoreError> {
        // The number between is that of sealing the record.
        self.lock_number(7_811_033_493).await
    }

    /// Waits until no other transaction has locked the same name, or has locked it exclusively: for
    /// what has no row yet that could be locked. To be called after every lock of a user.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lock_name(
        &self,
        kind: &'static str,
        parts: &[&str],
        lock: Lock,
    ) -> Result<(), StoreError> {
        let mut digest = Sha256::new().chain_update(kind);
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let digest = digest.finalize();
        let number = digest.first_chunk().copied().unwrap_or_default();
        self.advisory_lock(i64::from_be_bytes(number), lock).await
    }

    /// Any number will do that no other user of the database's advisory locks takes.
    async fn lock_number(&self, number: i64) -> Result<(), StoreError> {
        self.advisory_lock(number, Lock::Exclusive).await
    }

    /// SQLite has one writer, so that nothing is left to wait for.
    async fn advisory_lock(&self, number: i64, lock: Lock) -> Result<(), StoreError> {
        if !self.authority.is_sqlite() {
            let function = match lock {
                Lock::Shared => "pg_advisory_xact_lock_shared",
                Lock::Exclusive => "pg_advisory_xact_lock",
            };
            self.transaction
                .query_one_raw(sea_orm::Statement::from_sql_and_values(
                    sea_orm::DbBackend::Postgres,
                    format!("SELECT 1 FROM (SELECT {function}($1)) AS locked"),
                    [number.into()],
                ))
                .await?;
        }
        Ok(())
    }

    /// Commits the change, its audit events and its signals in one, then applies the signals here.
    ///
    /// The commit and what follows it go on when the caller goes away: no signal is committed that
    /// this node has not applied.
    ///
    /// # Errors
    /// [`StoreError`] when any part fails; then nothing has happened.
    pub async fn commit(
        self,
        events: impl IntoIterator<Item = AuditEvent>,
        signals: impl Into<Signals>,
    ) -> Result<(), StoreError> {
        let signals = signals.into();
        for event in events {
            audit::write(&self.transaction, &self.authority, self.now, event).await?;
        }
        signal::write(&self.transaction, &signals, self.now).await?;
        tokio::spawn(async move {
            // All of it: the next writer waits until this one is through.
            let tx = self;
            tx.transaction.commit().await?;
            for signal in signals.as_slice() {
                tx.authority.apply(signal);
            }
            if !signals.as_slice().is_empty() {
                tx.authority.feed().hint();
            }
            Ok(())
        })
        .await
        .map_err(|error| DbErr::Custom(format!("the commit was cut off: {error}")))?
    }

    /// How many active administrators there are whose accounts have an owner. Call [`AuthorityTx::lock_roles`] first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn active_administrators(&self) -> Result<Count, StoreError> {
        Ok(Count::of(&self.transaction, user::administrators()).await?)
    }

    /// Commits a part of what an order on the record says, with its signals and without an event of
    /// its own: the order's event stood before the first part, and says who, which and how many.
    ///
    /// # Errors
    /// [`StoreError`] when any part fails; then nothing has happened.
    pub(crate) async fn commit_ordered(
        self,
        _order: OnRecord,
        signals: impl Into<Signals>,
    ) -> Result<(), StoreError> {
        self.commit(std::iter::empty(), signals).await
    }
}

pub(crate) fn locked_user(row: &users::Model) -> Result<LockedUser, StoreError> {
    Ok(LockedUser {
        user_id: UserId::from_uuid(row.user_id),
        role: role(&row.role)?,
        is_active: row.disabled_at.is_none(),
        is_awaited: row.awaited_since.is_some(),
    })
}

pub(crate) fn role(text: &str) -> Result<Role, StoreError> {
    Role::parse(text).map_err(|_| StoreError::Inconsistent {
        table: "users",
        column: "role",
    })
}
