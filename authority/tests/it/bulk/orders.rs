//! Giving orders: who may, what stands on the record, and what is refused.

use std::time::Duration;

use latchkey_authority::{
    ActError, audit,
    audit::AuditFilter,
    bulk::{self, Order, OrderError, Scope, UNFINISHED_LIMIT, Worker},
    page::MAX_LIMIT,
    principal::Actor,
    session::{SessionFilter, end},
    user,
};
use latchkey_testing::{Snapshot, allow_writes, caller, refuse_writes};
use latchkey_types::{BulkEndState, BulkTarget, EventKind, Outcome, Role};
use serde_json::json;

use super::{Crowd, THERE, at, these, work};
use crate::support::{count, events, signals};

#[tokio::test]
async fn i01_an_order_is_one_event_with_its_counts_before_anything_ends() {
    let crowd = Crowd::new(3, 40).await;
    let database = &crowd.test.database.connection;
    let (events_before, signals_before) = (events(database).await, signals(database).await);

    let id = crowd.order_all().await;

    let row = crowd.row(id).await;
    assert_eq!(
        (row.target, row.state),
        (BulkTarget::Sessions, BulkEndState::Running)
    );
    assert_eq!(
        (row.found.count, row.found.is_capped, row.users),
        (120, false, 3)
    );
    assert_eq!((row.ended, row.started_at), (0, None));
    assert_eq!(row.ordered_by, Some(crowd.administrator.user_id));
    assert_eq!(
        count(database, "sessions WHERE ended_at IS NOT NULL").await,
        0
    );
    assert_eq!(signals(database).await, signals_before, "nothing ended yet");

    work(crowd.authority(), &mut Worker::new(crowd.authority())).await;

    let told = events(database).await.split_off(events_before.len());
    assert_eq!(told.len(), 1, "the order alone, and no event of a batch");
    let page = audit::list(crowd.authority(), &AuditFilter::default(), None, 1)
        .await
        .unwrap();
    let event = &page.items[0];
    assert_eq!(
        (event.kind, event.outcome),
        (EventKind::BulkEndOrdered, Outcome::Success)
    );
    assert_eq!(event.actor, Some(crowd.administrator.user_id));
    let facts: serde_json::Value = serde_json::from_str(event.detail.as_deref().unwrap()).unwrap();
    assert_eq!(
        facts,
        json!({
            "bulk_end": id,
            "sessions": 120,
            "or_more": false,
            "users": 3,
            "filter": { "address": true },
        })
    );
    // The address is somebody's own: it stands where it can be erased.
    assert_eq!(event.identifier.as_deref(), Some(THERE));

    while audit::seal(crowd.authority()).await.unwrap() > 0 {}
    let report = audit::verify(crowd.authority()).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[tokio::test]
async fn i01_an_order_without_its_event_is_not_taken() {
    let crowd = Crowd::new(1, 3).await;
    let database = &crowd.test.database.connection;
    for table in ["audit_events", "audit_personal", "bulk_ends"] {
        let before = Snapshot::of(database).await;
        refuse_writes(database, table).await;
        crowd.order(at(THERE)).await.expect_err(table);
        allow_writes(database, table).await;
        assert!(Snapshot::of(database).await == before, "without {table}");
    }
}

#[tokio::test]
async fn i04_whoever_may_not_end_sessions_orders_nothing_whatever_was_believed_of_them() {
    let crowd = Crowd::new(2, 2).await;
    let authority = crowd.authority();
    let order = || Order {
        scope: at(THERE),
        include_own: false,
    };
    for role in [Role::Auditor, Role::User] {
        let other = crowd.test.signed_in(role).await;
        let refused = bulk::order(authority, &other, order(), &caller()).await;
        assert!(
            matches!(refused, Err(OrderError::Act(ActError::NotPermitted))),
            "{role:?}: {refused:?}"
        );
    }
    // Demoted, disabled, signed out: what the guard believed is stale.
    let demoted = crowd.test.signed_in(Role::Administrator).await;
    user::set_role(
        authority,
        &crowd.administrator,
        demoted.user_id,
        Role::User,
        &caller(),
    )
    .await
    .unwrap();
    let refused = bulk::order(authority, &demoted, order(), &caller()).await;
    assert!(
        matches!(refused, Err(OrderError::Act(ActError::NotPermitted))),
        "{refused:?}"
    );
    let disabled = crowd.test.signed_in(Role::Administrator).await;
    user::disable(authority, &crowd.administrator, disabled.user_id, &caller())
        .await
        .unwrap();
    let refused = bulk::order(authority, &disabled, order(), &caller()).await;
    assert!(
        matches!(refused, Err(OrderError::Act(ActError::SignedOut))),
        "{refused:?}"
    );
    let gone = crowd.test.signed_in(Role::Administrator).await;
    end::own(authority, &gone, gone.session_id().unwrap(), &caller())
        .await
        .unwrap();
    let refused = bulk::order(authority, &gone, order(), &caller()).await;
    assert!(
        matches!(refused, Err(OrderError::Act(ActError::SignedOut))),
        "{refused:?}"
    );
    assert_eq!(count(&crowd.test.database.connection, "bulk_ends").await, 0);

    // And stopping is as much of a change.
    let id = crowd.order_all().await;
    for other in [&demoted, &disabled, &gone] {
        bulk::stop(authority, other, id, &caller())
            .await
            .unwrap_err();
    }
    let auditor = crowd.test.signed_in(Role::Auditor).await;
    let refused = bulk::stop(authority, &auditor, id, &caller()).await;
    assert!(
        matches!(refused, Err(ActError::NotPermitted)),
        "{refused:?}"
    );
    assert_eq!(crowd.row(id).await.state, BulkEndState::Running);
}

#[tokio::test]
async fn i01_an_acknowledged_order_stands_although_whoever_gave_it_is_demoted() {
    let crowd = Crowd::new(2, 5).await;
    let authority = crowd.authority();
    let keeper = crowd.test.signed_in(Role::Administrator).await;
    let id = crowd.order_all().await;
    user::disable(authority, &keeper, crowd.administrator.user_id, &caller())
        .await
        .unwrap();
    let (ended, _) = work(authority, &mut Worker::new(authority)).await;
    assert_eq!(ended, 10);
    let row = crowd.row(id).await;
    assert_eq!(
        (row.state, row.ordered_by),
        (BulkEndState::Done, Some(crowd.administrator.user_id))
    );
}

#[tokio::test]
async fn i01_where_nothing_fits_nothing_is_ordered_and_nothing_is_on_the_record() {
    let crowd = Crowd::new(1, 1).await;
    let database = &crowd.test.database.connection;
    let before = Snapshot::of(database).await;
    assert_eq!(crowd.order(at("192.0.2.250")).await.unwrap(), None);
    assert!(Snapshot::of(database).await == before);
}

#[tokio::test]
async fn i12_so_many_orders_may_wait_and_no_more_and_they_are_worked_on_in_order() {
    let crowd = Crowd::new(1, 3).await;
    let authority = crowd.authority();
    let mut ids = Vec::new();
    for _ in 0..UNFINISHED_LIMIT {
        ids.push(crowd.order_all().await);
    }
    let refused = crowd.order(at(THERE)).await;
    assert!(
        matches!(refused, Err(OrderError::TooManyUnfinished)),
        "{refused:?}"
    );
    let waiting = bulk::unfinished(authority, BulkTarget::Sessions)
        .await
        .unwrap();
    let waiting: Vec<_> = waiting.into_iter().map(|row| row.bulk_end_id).collect();
    assert_eq!(waiting, ids);

    work(authority, &mut Worker::new(authority)).await;
    // The first ended all, the others found that it had: once each.
    for (number, id) in ids.iter().enumerate() {
        let row = crowd.row(*id).await;
        let expected = if number == 0 { (3, 0) } else { (0, 3) };
        assert_eq!(
            (row.ended, row.skipped.unwrap()),
            expected,
            "order {number}"
        );
        assert_eq!(row.state, BulkEndState::Done);
    }
    assert!(
        bulk::unfinished(authority, BulkTarget::Sessions)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(crowd.order(at(THERE)).await.unwrap(), None);
    assert!(crowd.order(at("203.0.113.9")).await.unwrap().is_some());

    // Newest first, a page at a time.
    let page = bulk::list(authority, None, 4).await.unwrap();
    assert_eq!(page.items.len(), 4);
    let rest = bulk::list(authority, page.next, MAX_LIMIT).await.unwrap();
    let listed: Vec<_> = page
        .items
        .iter()
        .chain(&rest.items)
        .skip(1)
        .map(|row| row.bulk_end_id)
        .collect();
    let newest_first: Vec<_> = ids.iter().rev().copied().collect();
    assert_eq!(listed, newest_first);
}

#[tokio::test]
async fn ones_own_session_stays_unless_one_says_otherwise() {
    let crowd = Crowd::new(1, 2).await;
    let authority = crowd.authority();
    let own = crowd.administrator.session_id().unwrap();
    let everything = || Scope::sessions(SessionFilter::default()).unwrap();
    let viewer = Some(&crowd.administrator);

    let without = bulk::preview(authority, &everything(), viewer, false)
        .await
        .unwrap();
    let with = bulk::preview(authority, &everything(), viewer, true)
        .await
        .unwrap();
    assert!(without.is_own_among && with.is_own_among);
    assert_eq!((without.found.count, with.found.count), (3, 4));
    assert_eq!((without.users, with.users), (1, 2));
    let elsewhere = bulk::preview(authority, &at(THERE), viewer, false)
        .await
        .unwrap();
    assert!(!elsewhere.is_own_among);
    // One's own alone, ticked and spared: nothing to end.
    assert_eq!(crowd.order(these(&[own])).await.unwrap(), None);

    let id = crowd.order(everything()).await.unwrap().unwrap();
    assert_eq!(work(authority, &mut Worker::new(authority)).await.0, 3);
    assert!(crowd.row(id).await.spares_own);
    assert!(crowd.test.is_live(own).await);

    let order = Order {
        scope: everything(),
        include_own: true,
    };
    bulk::order(authority, &crowd.administrator, order, &caller())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(work(authority, &mut Worker::new(authority)).await.0, 1);
    assert!(!crowd.test.is_live(own).await);
}

#[tokio::test]
async fn the_operator_orders_without_a_session() {
    let crowd = Crowd::new(1, 2).await;
    let order = Order {
        scope: at(THERE),
        include_own: false,
    };
    let id = bulk::order(crowd.authority(), Actor::Operator, order, &caller())
        .await
        .unwrap()
        .unwrap();
    let row = crowd.row(id).await;
    assert_eq!((row.ordered_by, row.spares_own), (None, false));
    assert_eq!(
        work(crowd.authority(), &mut Worker::new(crowd.authority()))
            .await
            .0,
        2
    );
}

#[tokio::test]
async fn what_came_of_an_order_is_kept_for_a_year() {
    let crowd = Crowd::new(1, 2).await;
    let authority = crowd.authority();
    let done = crowd.order_all().await;
    work(authority, &mut Worker::new(authority)).await;
    // A millisecond of it has passed already.
    crowd
        .test
        .clock
        .advance(Duration::from_hours(24 * 366) - Duration::from_millis(1));
    assert_eq!(bulk::sweep(authority).await.unwrap(), 0);
    crowd.test.clock.advance(Duration::from_millis(1));
    assert_eq!(bulk::sweep(authority).await.unwrap(), 1);
    assert_eq!(bulk::one(authority, done).await.unwrap(), None);
}
