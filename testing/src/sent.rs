//! Counts what a piece of work sends to the database.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
    subscriber::set_default,
};

/// What was sent to the database meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Statements, without those that begin and end a transaction.
    pub statements: u64,
    /// Transactions that were begun.
    pub begun: u64,
    /// Transactions that were committed.
    pub committed: u64,
}

impl Sent {
    /// Does `work` and counts. Only what runs on this thread is seen: use it in a test of one
    /// thread, as `#[tokio::test]` is where nothing else is said.
    pub fn by<T>(work: impl Future<Output = T>) -> impl Future<Output = (T, Self)> {
        // A use case is a large future, and would stand in this one twice.
        let work = Box::pin(work);
        async move {
            let counts = Arc::new(Counts::default());
            let listening = set_default(Listener(Arc::clone(&counts)));
            let result = work.await;
            drop(listening);
            let sent = Self {
                statements: counts.statements.load(Ordering::SeqCst),
                begun: counts.begun.load(Ordering::SeqCst),
                committed: counts.committed.load(Ordering::SeqCst),
            };
            (result, sent)
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    statements: AtomicU64,
    begun: AtomicU64,
    committed: AtomicU64,
}

/// Hears the spans that sea-orm opens around every call of the database: one for each statement,
/// on a connection of the pool or in a transaction.
struct Listener(Arc<Counts>);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span()
            && matches!(
                metadata.target(),
                "sea_orm::database::transaction" | "sea_orm::database::db_connection"
            )
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let count = match span.metadata().name() {
            "execute_raw" | "execute_unprepared" | "query_one_raw" | "query_all_raw"
            | "stream_raw" => Some(&self.0.statements),
            "begin" => Some(&self.0.begun),
            "commit" => Some(&self.0.committed),
            _ => None,
        };
        if let Some(count) = count {
            count.fetch_add(1, Ordering::SeqCst);
        }
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, _event: &Event<'_>) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}
