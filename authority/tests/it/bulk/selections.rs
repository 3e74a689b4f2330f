//! Some that were chosen, refresh families, and what ends with a session.

use std::time::Duration;

use latchkey_authority::{
    Authority, AuthorityTx, Lock,
    audit::AuditEvent,
    bulk::{self, Scope, Worker},
    family::{self, FamilyFilter, NewFamily},
    key,
    principal::{Credential, Principal},
    signal::Signals,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{
    BulkTarget, EventKind, FamilyEndReason, FamilyId, RefreshOutcome, Role, SessionId,
    SignInMethod, Transport, UserId,
};

use super::{Crowd, these, work};
use crate::support::{execute, id as sql_id};

async fn opened(test: &TestAuthority, user_id: UserId, by: Option<SessionId>) -> FamilyId {
    let authority: &Authority = &test.authority;
    key::load(authority).await.unwrap();
    let caller = caller();
    let mut tx = AuthorityTx::begin(authority).await.unwrap();
    tx.lock_users(&[(user_id, Lock::Shared)]).await.unwrap();
    let new = NewFamily {
        user_id,
        proved: SignInMethod::Password.into(),
        transport: Transport::Body,
        session_id: by,
        client_id: None,
        key_thumbprint: None,
        caller: &caller,
    };
    let issued = family::open(&tx, new).await.unwrap();
    let event = AuditEvent::success(EventKind::SignIn, &caller).subject(user_id);
    tx.commit([event], Signals::Nothing).await.unwrap();
    issued.family_id
}

async fn ended(test: &TestAuthority, family_id: FamilyId) -> Option<FamilyEndReason> {
    family::one(&test.authority, family_id)
        .await
        .unwrap()
        .unwrap()
        .ended
        .map(|ended| ended.reason)
}

#[tokio::test]
async fn those_that_were_chosen_end_with_what_they_had_opened() {
    let crowd = Crowd::new(1, 1).await;
    let test = &crowd.test;
    let user_id = crowd.users[0];
    let [first, second, third] = [
        test.session(user_id).await,
        test.session(user_id).await,
        test.session(user_id).await,
    ];
    let of_first = opened(test, user_id, Some(first)).await;
    let of_third = opened(test, user_id, Some(third)).await;
    let by_itself = opened(test, user_id, None).await;
    let scope = these(&[first, second]);
    let preview = bulk::preview(&test.authority, &scope, None, false)
        .await
        .unwrap();
    assert_eq!(
        (preview.found.count, preview.opened.count, preview.users),
        (2, 1, 1)
    );

    let id = crowd.order(scope).await.unwrap().unwrap();
    assert_eq!(
        work(&test.authority, &mut Worker::new(&test.authority))
            .await
            .0,
        2
    );

    let row = crowd.row(id).await;
    assert_eq!((row.ended, row.families), (2, 1));
    assert!(!test.is_live(first).await && !test.is_live(second).await);
    assert!(test.is_live(third).await);
    assert_eq!(
        ended(test, of_first).await,
        Some(FamilyEndReason::SessionEnded)
    );
    assert_eq!(ended(test, of_third).await, None);
    assert_eq!(ended(test, by_itself).await, None);
    let standing = |family: FamilyId| test.authority.feed().standing(family.as_uuid()).is_ended;
    assert!(standing(of_first) && !standing(of_third));
}

#[tokio::test]
async fn families_end_by_filter_and_a_programs_own_stays() {
    let test = TestAuthority::new().await;
    let administrator = test.user(Role::Administrator).await;
    let own_session = test.session(administrator).await;
    let own = opened(&test, administrator, Some(own_session)).await;
    let other = opened(&test, administrator, None).await;
    let user_id = test.user(Role::User).await;
    let mine = [
        opened(&test, user_id, None).await,
        opened(&test, user_id, None).await,
    ];
    test.clock.advance(Duration::from_millis(1));
    let program = Principal {
        credential: Credential::Family(own),
        ..test.principal(own_session).await
    };
    let all = || Scope::families(FamilyFilter::default()).unwrap();
    let preview = bulk::preview(&test.authority, &all(), Some(&program), false)
        .await
        .unwrap();
    assert!(preview.is_own_among);
    assert_eq!((preview.found.count, preview.users), (3, 2));
    let order = |scope| bulk::Order {
        scope,
        include_own: false,
    };
    let id = bulk::order(&test.authority, &program, order(all()), &caller())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        work(&test.authority, &mut Worker::new(&test.authority))
            .await
            .0,
        3
    );
    for family in [mine[0], mine[1], other] {
        assert_eq!(
            ended(&test, family).await,
            Some(FamilyEndReason::EndedByAdministrator)
        );
    }
    assert_eq!(ended(&test, own).await, None);
    let row = bulk::one(&test.authority, id).await.unwrap().unwrap();
    assert_eq!((row.target, row.families), (BulkTarget::Families, 0));

    // The session that opened its family is as much its own: they would end together.
    let sessions = Scope::sessions(latchkey_authority::session::SessionFilter::default()).unwrap();
    let ordered = bulk::order(&test.authority, &program, order(sessions), &caller()).await;
    assert_eq!(ordered.unwrap(), None, "there is no other session");
    assert!(test.is_live(own_session).await);
}

#[tokio::test]
async fn whoever_refreshes_after_the_order_does_not_slip_out_of_a_filter_by_last_event() {
    let crowd = Crowd::new(1, 0).await;
    let test = &crowd.test;
    let database = &test.database.connection;
    let user_id = crowd.users[0];
    let [meant, other] = [
        opened(test, user_id, None).await,
        opened(test, user_id, None).await,
    ];
    let set = async |family: FamilyId, event: &str| {
        let family = sql_id(database, family.as_uuid());
        execute(
            database,
            &format!("UPDATE families SET last_event = '{event}' WHERE family_id = {family}"),
        )
        .await;
    };
    set(meant, "foreign_retry").await;
    test.clock.advance(Duration::from_millis(1));
    let scope = Scope::families(FamilyFilter {
        last_event: Some(RefreshOutcome::ForeignRetry),
        ..Default::default()
    })
    .unwrap();
    let id = crowd.order(scope).await.unwrap().unwrap();
    // Both change over before their turn comes.
    set(meant, "rotated").await;
    set(other, "foreign_retry").await;
    work(&test.authority, &mut Worker::new(&test.authority)).await;
    assert!(ended(test, meant).await.is_some());
    assert_eq!(ended(test, other).await, None);
    let Some(Scope::Families(scope)) = crowd.row(id).await.scope else {
        panic!("it was about families");
    };
    assert_eq!(scope.last_event, Some(RefreshOutcome::ForeignRetry));
    assert_eq!(scope.ids, Some(vec![meant]));
}

#[tokio::test]
async fn whoever_moves_after_the_order_does_not_slip_out_of_a_filter_by_where_it_was_used() {
    let crowd = Crowd::new(1, 0).await;
    let test = &crowd.test;
    let database = &test.database.connection;
    let user_id = crowd.users[0];
    let [opened_there, moved_there, other] = [
        opened(test, user_id, None).await,
        opened(test, user_id, None).await,
        opened(test, user_id, None).await,
    ];
    let set = async |family: FamilyId, column: &str, address: &str| {
        let family = sql_id(database, family.as_uuid());
        let sql = format!("UPDATE families SET {column} = '{address}' WHERE family_id = {family}");
        execute(database, &sql).await;
    };
    set(opened_there, "address", "203.0.113.9").await;
    set(moved_there, "last_address", "203.0.113.9").await;
    test.clock.advance(Duration::from_millis(1));
    let scope = Scope::families(FamilyFilter {
        used_from: Some("203.0.113.9".to_owned()),
        ..Default::default()
    })
    .unwrap();
    crowd.order(scope).await.unwrap().unwrap();
    set(moved_there, "last_address", "192.0.2.1").await;
    set(other, "last_address", "203.0.113.9").await;
    work(&test.authority, &mut Worker::new(&test.authority)).await;
    for family in [opened_there, moved_there] {
        assert!(ended(test, family).await.is_some());
    }
    assert_eq!(ended(test, other).await, None);
}
