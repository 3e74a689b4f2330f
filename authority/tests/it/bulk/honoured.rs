//! What a batch ended is over on every node that has heard of it, and says done only afterwards.

use latchkey_authority::{
    Policy,
    bulk::{Step, Worker},
    feed, session,
};
use latchkey_testing::{TestAuthority, master_keys};
use latchkey_types::{BulkEndState, EndReason};

use super::{Crowd, these};

#[tokio::test]
async fn i02_each_batch_tells_all_nodes_and_done_is_said_after_the_last() {
    let test = TestAuthority::following(Policy::default()).await;
    let crowd = Crowd::with(test, 1, 0).await;
    let authority = crowd.authority();
    let session_id = crowd.test.session(crowd.users[0]).await;
    let node = crowd.test.node(master_keys(), 9);
    feed::start(authority).await.unwrap();
    feed::start(&node).await.unwrap();
    let live = |check| matches!(check, session::Check::Live { .. });
    for on in [authority, &node] {
        assert!(live(session::check(on, session_id).await.unwrap()));
    }
    let id = crowd.order(these(&[session_id])).await.unwrap().unwrap();
    for on in [authority, &node] {
        assert!(live(session::check(on, session_id).await.unwrap()));
    }

    let mut worker = Worker::new(authority);
    let step = worker.step(authority).await.unwrap();
    assert_eq!(
        step,
        Step::Ended {
            bulk_end_id: id,
            count: 1
        }
    );
    // Here it is over before anybody can read that it is done.
    assert_eq!(crowd.row(id).await.state, BulkEndState::Running);
    let ended = session::Check::Ended {
        reason: EndReason::EndedByAdministrator,
    };
    assert_eq!(session::check(authority, session_id).await.unwrap(), ended);
    feed::poll(&node).await.unwrap();
    assert_eq!(session::check(&node, session_id).await.unwrap(), ended);

    let step = worker.step(authority).await.unwrap();
    assert_eq!(step, Step::Finished { bulk_end_id: id });
    assert_eq!(crowd.row(id).await.state, BulkEndState::Done);
}
