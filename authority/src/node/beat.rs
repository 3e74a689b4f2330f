//! What a node writes of itself.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use latchkey_types::{NodeId, UnixMillis};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};

use crate::{
    Authority, StoreError,
    entity::{node_positions, nodes},
    feed::MAX_STALENESS,
};

/// This run of the program.
#[derive(Debug)]
pub struct Node {
    id: NodeId,
    name: String,
    version: String,
    started_at: UnixMillis,
    written: Mutex<Written>,
}

/// What stands in the database of this node.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    /// The poll whose position was written last.
    poll: u64,
    /// When the node beat last, by the boot-time clock.
    beat: Option<Duration>,
}

impl Node {
    /// A node that has just read what is remembered ([`crate::feed::start`]) and is about to serve.
    pub fn new(authority: &Authority, name: impl Into<String>, version: impl Into<String>) -> Self {
        let now = authority.now();
        Self {
            id: NodeId::from_uuid(authority.random().uuid(now)),
            name: name.into(),
            version: version.into(),
            started_at: now,
            written: Mutex::default(),
        }
    }

    /// Its id.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Writes that this node is there, how fresh it is, and up to where it has applied the signals
    /// where that is further than it wrote before. To be called each second; on SQLite it writes
    /// less often while nothing happens.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; the next beat says what this one did not.
    pub async fn beat(&self, authority: &Authority) -> Result<(), StoreError> {
        let written = *self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let boot_time = authority.boot_time();
        let reached = authority
            .feed()
            .reached()
            .filter(|reached| reached.poll != written.poll);
        let is_due = written
            .beat
            .is_none_or(|beat| boot_time.saturating_sub(beat) >= super::period(authority));
        if reached.is_none() && !is_due {
            return Ok(());
        }
        let _turn = authority.turn().await;
        self.write(authority, None).await?;
        if written.beat.is_none() && authority.is_sqlite() {
            self.succeed_others(authority).await?;
        }
        if let Some(reached) = &reached {
            node_positions::Entity::insert(node_positions::ActiveModel {
                position_id: NotSet,
                node_id: Set(self.id.as_uuid()),
                position: Set(reached.position.clone()),
                at: Set(reached.at.0),
            })
            .exec_without_returning(authority.database())
            .await?;
        }
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = Written {
            poll: reached.map_or(written.poll, |reached| reached.poll),
            beat: Some(boot_time),
        };
        Ok(())
    }

    /// Says goodbye: the node has answered everybody and lets nobody in any more.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails: then it looks as if it had fallen silent.
    pub async fn stop(&self, authority: &Authority) -> Result<(), StoreError> {
        let _turn = authority.turn().await;
        self.write(authority, Some(authority.now())).await
    }

    async fn write(
        &self,
        authority: &Authority,
        stopped_at: Option<UnixMillis>,
    ) -> Result<(), StoreError> {
        use nodes::Column;
        let bound = authority.feed().max_staleness();
        let state = authority.feed().state(authority);
        // With a bound of nothing each check polls, and no age is fresh: the usual bound tells then
        // whether polls get through at all.
        let is_fresh = if bound.is_zero() {
            state.age.is_some_and(|age| age <= MAX_STALENESS)
        } else {
            state.is_fresh
        };
        let row = nodes::ActiveModel {
            node_id: Set(self.id.as_uuid()),
            name: Set(self.name.clone()),
            version: Set(self.version.clone()),
            started_at: Set(self.started_at.0),
            beat_at: Set(authority.now().0),
            position: Set(state.position),
            lag_ms: Set(state.age.map(millis)),
            bound_ms: Set(millis(bound)),
            applied: Set(i64::try_from(state.applied).unwrap_or(i64::MAX)),
            is_listening: Set(state.is_listening),
            is_fresh: Set(is_fresh),
            stopped_at: Set(stopped_at.map(|at| at.0)),
        };
        nodes::Entity::insert(row)
            .on_conflict(
                OnConflict::column(Column::NodeId)
                    .update_columns([
                        Column::BeatAt,
                        Column::Position,
                        Column::LagMs,
                        Column::Applied,
                        Column::IsListening,
                        Column::IsFresh,
                        Column::StoppedAt,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(authority.database())
            .await?;
        Ok(())
    }

    /// Two programs never serve one file: whoever beat on it before is gone, goodbye or not.
    async fn succeed_others(&self, authority: &Authority) -> Result<(), StoreError> {
        nodes::Entity::update_many()
            .col_expr(nodes::Column::StoppedAt, Expr::col(nodes::Column::BeatAt))
            .filter(nodes::Column::StoppedAt.is_null())
            .filter(nodes::Column::NodeId.ne(self.id.as_uuid()))
            .exec(authority.database())
            .await?;
        Ok(())
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
