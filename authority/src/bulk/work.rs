//! Carrying orders out, in batches.
//!
//! One order at a time, the oldest first, by one worker: whoever has taken its lease. A lease keeps
//! two from doing the same work, and nothing more: that a batch is done and counted once is decided
//! by its commit, which asks that the order stands where the batch began.

use std::{collections::BTreeMap, time::Duration};

use latchkey_types::{
    BulkEndId, BulkEndState, BulkTarget, EndReason, EventId, FamilyEndReason, FamilyId, SessionId,
    UnixMillis, UserId, Word as _,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Scope, UNFINISHED_LIMIT,
    rows::{self, Meant, Row},
};
use crate::{
    Authority, AuthorityTx,
    audit::OnRecord,
    entity::{bulk_ends, families},
    error::StoreError,
    family, session,
    signal::{Signal, Signals},
};

/// Nobody else takes up an order for so long after its last batch.
const LEASE: Duration = Duration::from_secs(15);

/// A first batch has so many rows, and none has more or fewer than these.
const FIRST: u64 = 200;
const LEAST: u64 = 10;
const MOST: u64 = 1_000;

/// A batch that takes longer was too large, one that takes less than half of it too small: whoever
/// signs in meanwhile waits for one batch at most.
const AIM: Duration = Duration::from_millis(100);

/// What a worker did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is nothing to do, or another one does it.
    Nothing,
    /// It ended some.
    Ended {
        /// By which order.
        bulk_end_id: BulkEndId,
        /// How many.
        count: u64,
    },
    /// It found that an order is through.
    Finished {
        /// Which.
        bulk_end_id: BulkEndId,
    },
    /// Somebody else was quicker, or stopped the order: nothing was done.
    Lost {
        /// Which.
        bulk_end_id: BulkEndId,
    },
    /// The record knows nothing of an order: it was stopped, and nothing was done.
    Refused {
        /// Which.
        bulk_end_id: BulkEndId,
    },
}

/// Somebody who carries orders out: one for each node.
#[derive(Debug)]
pub struct Worker {
    id: Uuid,
    size: u64,
}

impl Worker {
    /// A worker with a name of its own.
    pub fn new(authority: &Authority) -> Self {
        Self {
            id: authority.random().uuid(authority.now()),
            size: FIRST,
        }
    }

    /// Does one batch of the oldest order that is not finished.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails: nothing was done, and the next batch is smaller.
    pub async fn step(&mut self, authority: &Authority) -> Result<Step, StoreError> {
        let Some((job, scope)) = next_order(authority).await? else {
            return Ok(Step::Nothing);
        };
        if !self.lease(authority, &job).await? {
            return Ok(Step::Nothing);
        }
        let began = authority.boot_time();
        let done = self.batch(authority, &job, &scope).await;
        let took = authority.boot_time().saturating_sub(began);
        self.size = match &done {
            Err(_) => self.size / 2,
            Ok(_) if took > AIM => self.size / 2,
            Ok(_) if took < AIM / 2 => self.size * 2,
            Ok(_) => self.size,
        }
        .clamp(LEAST, MOST);
        done
    }

    /// Gives its leases back, so that another one goes on at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails: then they run out by themselves.
    pub async fn release(&self, authority: &Authority) -> Result<(), StoreError> {
        let _turn = authority.turn().await;
        bulk_ends::Entity::update_many()
            .col_expr(bulk_ends::Column::LeaseUntil, Expr::value(None::<i64>))
            .filter(bulk_ends::Column::State.eq(BulkEndState::Running.as_str()))
            .filter(bulk_ends::Column::LeaseWorker.eq(self.id))
            .exec(authority.database())
            .await?;
        Ok(())
    }

    /// Makes sure that this worker is the one. By the authority's clock, which all nodes share.
    async fn lease(
        &self,
        authority: &Authority,
        job: &bulk_ends::Model,
    ) -> Result<bool, StoreError> {
        let now = authority.now();
        let is_held = job.lease_until.is_some_and(|until| until > now.0);
        if is_held {
            return Ok(job.lease_worker == Some(self.id));
        }
        let _turn = authority.turn().await;
        let free = Condition::any()
            .add(bulk_ends::Column::LeaseUntil.is_null())
            .add(bulk_ends::Column::LeaseUntil.lte(now.0));
        let taken = bulk_ends::Entity::update_many()
            .col_expr(bulk_ends::Column::LeaseWorker, Expr::value(self.id))
            .col_expr(
                bulk_ends::Column::LeaseUntil,
                Expr::value(now.after(LEASE).0),
            )
            .col_expr(
                bulk_ends::Column::StartedAt,
                Expr::value(job.started_at.unwrap_or(now.0)),
            )
            .filter(bulk_ends::Column::BulkEndId.eq(job.bulk_end_id))
            .filter(bulk_ends::Column::State.eq(BulkEndState::Running.as_str()))
            .filter(free)
            .exec(authority.database())
            .await?;
        Ok(taken.rows_affected == 1)
    }

    async fn batch(
        &self,
        authority: &Authority,
        job: &bulk_ends::Model,
        scope: &Scope,
    ) -> Result<Step, StoreError> {
        let bulk_end_id = BulkEndId::from_uuid(job.bulk_end_id);
        let tx = AuthorityTx::begin(authority).await?;
        let event_id = EventId::from_uuid(job.event_id);
        let Some(on_record) = OnRecord::find(&tx, event_id, bulk_end_id).await? else {
            drop(tx);
            finish(authority, job, BulkEndState::Stopped).await?;
            return Ok(Step::Refused { bulk_end_id });
        };
        let meant = Meant {
            scope,
            made_until: UnixMillis(job.ordered_at),
            now: tx.now(),
            spared: job.spared_id,
        };
        let after = job.place_at.zip(job.place_id);
        let found = rows::next(authority, tx.connection(), &meant, after, self.size).await?;
        let Some(last) = found.last().copied() else {
            // After the commit of the last batch, and after this node has applied its signals.
            drop(tx);
            return Ok(if finish(authority, job, BulkEndState::Done).await? {
                Step::Finished { bulk_end_id }
            } else {
                Step::Lost { bulk_end_id }
            });
        };
        tx.lock_many(found.iter().map(|row| row.user_id)).await?;
        let done = end(&tx, scope.target(), job, &found).await?;
        if !self.went_on(&tx, job, last, &done).await? {
            return Ok(Step::Lost { bulk_end_id });
        }
        let count = done.ended;
        tx.commit_ordered(on_record, done.signals(scope.target(), &found))
            .await?;
        Ok(Step::Ended { bulk_end_id, count })
    }

    /// Writes how far the order is, in the transaction of the batch: if it stands where the batch
    /// began, and nobody else has taken it up.
    async fn went_on(
        &self,
        tx: &AuthorityTx,
        job: &bulk_ends::Model,
        last: Row,
        done: &Done,
    ) -> Result<bool, StoreError> {
        let families = i64::try_from(done.families.len()).unwrap_or(i64::MAX);
        let ended = i64::try_from(done.ended).unwrap_or(i64::MAX);
        let written = bulk_ends::Entity::update_many()
            .col_expr(bulk_ends::Column::PlaceAt, Expr::value(last.created_at))
            .col_expr(bulk_ends::Column::PlaceId, Expr::value(last.id))
            .col_expr(bulk_ends::Column::Batches, Expr::value(job.batches + 1))
            .col_expr(bulk_ends::Column::Ended, Expr::value(job.ended + ended))
            .col_expr(
                bulk_ends::Column::Families,
                Expr::value(job.families + families),
            )
            .col_expr(bulk_ends::Column::UpdatedAt, Expr::value(tx.now().0))
            .col_expr(
                bulk_ends::Column::LeaseUntil,
                Expr::value(tx.now().after(LEASE).0),
            )
            .filter(bulk_ends::Column::BulkEndId.eq(job.bulk_end_id))
            .filter(bulk_ends::Column::State.eq(BulkEndState::Running.as_str()))
            .filter(bulk_ends::Column::Batches.eq(job.batches))
            .filter(bulk_ends::Column::LeaseWorker.eq(self.id))
            .exec(tx.connection())
            .await?;
        Ok(written.rows_affected == 1)
    }
}

/// What a batch ended.
#[derive(Debug, Default)]
struct Done {
    /// Rows of the order's target.
    ended: u64,
    /// Refresh families that ended with their sessions, by user.
    families: Vec<(Uuid, Uuid)>,
}

impl Done {
    /// One signal for each user, which names everything of theirs.
    fn signals(self, target: BulkTarget, found: &[Row]) -> Signals {
        let mut of_users: BTreeMap<Uuid, (Vec<SessionId>, Vec<FamilyId>)> = BTreeMap::new();
        for row in found {
            let (sessions, families) = of_users.entry(row.user_id).or_default();
            match target {
                BulkTarget::Sessions => sessions.push(SessionId::from_uuid(row.id)),
                BulkTarget::Families => families.push(FamilyId::from_uuid(row.id)),
            }
        }
        for (user_id, family_id) in self.families {
            let (_, families) = of_users.entry(user_id).or_default();
            families.push(FamilyId::from_uuid(family_id));
        }
        let signals = of_users
            .into_iter()
            .map(|(user_id, (sessions, families))| Signal::UserSignedOut {
                user_id: UserId::from_uuid(user_id),
                sessions,
                families,
            })
            .collect();
        Signals::These(signals)
    }
}

/// The oldest order that is not finished and that this release understands.
async fn next_order(
    authority: &Authority,
) -> Result<Option<(bulk_ends::Model, Scope)>, StoreError> {
    let unfinished = bulk_ends::Entity::find()
        .filter(bulk_ends::Column::State.eq(BulkEndState::Running.as_str()))
        .order_by_asc(bulk_ends::Column::OrderedAt)
        .order_by_asc(bulk_ends::Column::BulkEndId)
        .limit(UNFINISHED_LIMIT)
        .all(authority.database())
        .await?;
    Ok(unfinished.into_iter().find_map(|job| {
        let target = BulkTarget::parse(&job.target).ok()?;
        let scope = Scope::parse(target, &job.scope)?;
        Some((job, scope))
    }))
}

/// Ends what a batch found, its users locked; with sessions, what they had opened.
async fn end(
    tx: &AuthorityTx,
    target: BulkTarget,
    job: &bulk_ends::Model,
    found: &[Row],
) -> Result<Done, StoreError> {
    let by = job.ordered_by.map(UserId::from_uuid);
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    match target {
        BulkTarget::Sessions => {
            let opened: Vec<(Uuid, Uuid)> = families::Entity::find()
                .select_only()
                .column(families::Column::UserId)
                .column(families::Column::FamilyId)
                .filter(families::Column::SessionId.is_in(ids.iter().copied()))
                .filter(families::Column::EndedAt.is_null())
                .order_by_asc(families::Column::FamilyId)
                .into_tuple()
                .all(tx.connection())
                .await?;
            let reason = EndReason::EndedByAdministrator;
            let ended = session::end::ended(tx, &ids, reason, by).await?;
            let of_them: Vec<Uuid> = opened.iter().map(|(_, family_id)| *family_id).collect();
            family::end::ended(tx, &of_them, FamilyEndReason::SessionEnded, by).await?;
            Ok(Done {
                ended,
                families: opened,
            })
        }
        BulkTarget::Families => {
            let reason = FamilyEndReason::EndedByAdministrator;
            Ok(Done {
                ended: family::end::ended(tx, &ids, reason, by).await?,
                families: Vec::new(),
            })
        }
    }
}

/// Marks an order as over, if it still stands where it was read; says whether it did.
async fn finish(
    authority: &Authority,
    job: &bulk_ends::Model,
    state: BulkEndState,
) -> Result<bool, StoreError> {
    let now = authority.now().0;
    let skipped = (state == BulkEndState::Done && !job.found_is_capped)
        .then(|| (job.found - job.ended).max(0));
    let _turn = authority.turn().await;
    let written = bulk_ends::Entity::update_many()
        .col_expr(bulk_ends::Column::State, Expr::value(state.as_str()))
        .col_expr(bulk_ends::Column::Skipped, Expr::value(skipped))
        .col_expr(bulk_ends::Column::FinishedAt, Expr::value(now))
        .col_expr(bulk_ends::Column::UpdatedAt, Expr::value(now))
        .filter(bulk_ends::Column::BulkEndId.eq(job.bulk_end_id))
        .filter(bulk_ends::Column::State.eq(BulkEndState::Running.as_str()))
        .filter(bulk_ends::Column::Batches.eq(job.batches))
        .exec(authority.database())
        .await?;
    Ok(written.rows_affected == 1)
}
