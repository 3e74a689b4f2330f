//! How many statements a piece of work sends to the database: a request, a check.

use std::cell::Cell;

tokio::task_local! {
    static SENT: Cell<u64>;
}

/// Does `work`, in which [`sent`] says how many statements it has sent so far. What it leaves to
/// tasks of their own is theirs.
pub async fn counting<T>(work: impl Future<Output = T>) -> T {
    SENT.scope(Cell::new(0), work).await
}

/// Statements that were sent since [`counting`] began around this; 0 outside it. Those that begin
/// and end transactions are none, nor are the polls of the feed, which serve everybody.
pub fn sent() -> u64 {
    SENT.try_with(Cell::get).unwrap_or_default()
}

/// One more. In the task that sent it, so that nothing is shared and nobody waits.
pub(super) fn note() {
    let _ = SENT.try_with(|sent| sent.set(sent.get() + 1));
}
