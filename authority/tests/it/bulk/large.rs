//! As many as a large installation has; all of one user, which is the worst case for its lock.

use std::time::Duration;

use latchkey_authority::bulk::{self, Worker};
use latchkey_testing::{TestAuthority, rounds};
use latchkey_types::{BulkEndState, Role};

use super::{Crowd, THERE, at, raw, work};
use crate::support::insert_sessions;

#[tokio::test]
async fn very_many_sessions_of_one_user_end_and_every_batch_is_within_its_limit() {
    let many = rounds(3_000, 100_000);
    let crowd = Crowd::with(TestAuthority::new().await, 0, 0).await;
    let user_id = crowd.test.user(Role::User).await;
    let rows: Vec<_> = (0..many as u64)
        .map(|number| raw(&crowd.test, user_id, number, THERE))
        .collect();
    insert_sessions(&crowd.test.database.connection, &rows).await;
    crowd.test.clock.advance(Duration::from_millis(1));
    let preview = bulk::preview(crowd.authority(), &at(THERE), None, false)
        .await
        .unwrap();
    assert_eq!(preview.found.count, many as u64);
    assert_eq!(preview.most, [(user_id, many as u64)]);

    let id = crowd.order_all().await;
    let (ended, batches) = work(crowd.authority(), &mut Worker::new(crowd.authority())).await;

    assert_eq!(ended, many as u64);
    assert!(batches >= many as u64 / 1_000, "{batches} batches");
    let row = crowd.row(id).await;
    assert_eq!((row.ended, row.skipped), (many as u64, Some(0)));
    assert_eq!(row.state, BulkEndState::Done);
}
