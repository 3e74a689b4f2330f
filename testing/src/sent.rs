//! Counts what a piece of work sends to the database.

use std::{cell::Cell, sync::OnceLock};

use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
    subscriber::set_global_default,
};

/// What was sent to the database meanwhile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
            listen();
            HERE.set(Self::default());
            let result = work.await;
            (result, HERE.get())
        }
    }
}

thread_local! {
    /// What this thread has sent since it was last asked.
    static HERE: Cell<Sent> = const { Cell::new(Sent {
        statements: 0,
        begun: 0,
        committed: 0,
    }) };
}

/// For the whole process and for good: a listener of one thread can miss spans whose place in the
/// code another thread comes by first.
fn listen() {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        set_global_default(Listener).expect("nobody else listens in these tests");
    });
}

/// Hears the spans that sea-orm opens around every call of the database: one for each statement,
/// on a connection of the pool or in a transaction.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span()
            && matches!(
                metadata.target(),
                "sea_orm::database::transaction" | "sea_orm::database::db_connection"
            )
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut sent = HERE.get();
        match span.metadata().name() {
            "execute_raw" | "execute_unprepared" | "query_one_raw" | "query_all_raw"
            | "stream_raw" => sent.statements += 1,
            "begin" => sent.begun += 1,
            "commit" => sent.committed += 1,
            _ => {}
        }
        HERE.set(sent);
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, _event: &Event<'_>) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}
