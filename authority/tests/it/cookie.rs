//! The cookie of a session: bound once, renewed with a short grace, told from its session's end.

use latchkey_authority::session::{
    self, Check, Cookie, RENEWAL_GRACE, bind, bound_session, check, end, unbind,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{EndReason, EventKind, Role, SessionId};

use crate::support::{MILLISECOND, just_under, scattered_id};

const FIRST: Cookie = Cookie::from_bytes([1; 16]);
const SECOND: Cookie = Cookie::from_bytes([2; 16]);

async fn opens(test: &TestAuthority, cookie: Cookie) -> Option<SessionId> {
    bound_session(&test.authority, cookie).await.unwrap()
}

async fn binds(test: &TestAuthority, session_id: SessionId, cookie: Cookie) -> bool {
    bind(&test.authority, session_id, cookie).await.unwrap()
}

async fn renew(test: &TestAuthority, session_id: SessionId, from: Cookie, to: Cookie) {
    unbind(&test.authority, from, &caller()).await.unwrap();
    assert!(binds(test, session_id, to).await);
}

#[tokio::test]
async fn a_session_has_one_cookie_and_the_first_one_stays() {
    let test = TestAuthority::new().await;
    let session_id = test.signed_in(Role::User).await.session_id().unwrap();
    assert_eq!(opens(&test, FIRST).await, None);
    assert!(binds(&test, session_id, FIRST).await);
    assert_eq!(opens(&test, FIRST).await, Some(session_id));
    assert!(!binds(&test, session_id, SECOND).await);
    assert!(!binds(&test, session_id, FIRST).await);
    assert_eq!(opens(&test, SECOND).await, None);
    assert_eq!(opens(&test, FIRST).await, Some(session_id));
    let nobody = SessionId::from_uuid(scattered_id(1));
    assert!(!binds(&test, nobody, SECOND).await);
}

#[tokio::test]
async fn a_cookie_belongs_to_one_session() {
    let test = TestAuthority::new().await;
    let first = test.signed_in(Role::User).await.session_id().unwrap();
    let second = test.signed_in(Role::User).await.session_id().unwrap();
    assert!(binds(&test, first, FIRST).await);
    bind(&test.authority, second, FIRST).await.unwrap_err();
    assert_eq!(opens(&test, FIRST).await, Some(first));
}

#[tokio::test]
async fn after_a_renewal_the_old_value_is_good_for_the_grace_and_no_longer() {
    let test = TestAuthority::new().await;
    let session_id = test.signed_in(Role::User).await.session_id().unwrap();
    assert!(binds(&test, session_id, FIRST).await);

    renew(&test, session_id, FIRST, SECOND).await;

    assert_eq!(opens(&test, SECOND).await, Some(session_id));
    assert_eq!(opens(&test, FIRST).await, Some(session_id));
    test.clock.advance(just_under(RENEWAL_GRACE));
    assert_eq!(opens(&test, FIRST).await, Some(session_id));
    test.clock.advance(MILLISECOND);
    assert_eq!(opens(&test, FIRST).await, None);
    assert_eq!(opens(&test, SECOND).await, Some(session_id));
    let kinds = test.event_kinds().await;
    assert_eq!(kinds.last(), Some(&EventKind::SessionRenewed));
}

#[tokio::test]
async fn a_value_before_the_last_is_good_for_nothing() {
    let test = TestAuthority::new().await;
    let session_id = test.signed_in(Role::User).await.session_id().unwrap();
    let third = Cookie::from_bytes([3; 16]);
    assert!(binds(&test, session_id, FIRST).await);
    renew(&test, session_id, FIRST, SECOND).await;
    renew(&test, session_id, SECOND, third).await;
    assert_eq!(opens(&test, FIRST).await, None);
    assert_eq!(opens(&test, SECOND).await, Some(session_id));
    assert_eq!(opens(&test, third).await, Some(session_id));
}

#[tokio::test]
async fn a_value_in_its_grace_renews_nothing() {
    let test = TestAuthority::new().await;
    let session_id = test.signed_in(Role::User).await.session_id().unwrap();
    assert!(binds(&test, session_id, FIRST).await);
    renew(&test, session_id, FIRST, SECOND).await;
    let events = test.event_kinds().await.len();
    unbind(&test.authority, FIRST, &caller()).await.unwrap();
    let stranger = Cookie::from_bytes([9; 16]);
    unbind(&test.authority, stranger, &caller()).await.unwrap();
    assert_eq!(opens(&test, SECOND).await, Some(session_id));
    assert_eq!(test.event_kinds().await.len(), events);
}

#[tokio::test]
async fn a_change_of_role_asks_for_a_renewal_and_the_renewal_settles_it() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let target = test.signed_in(Role::User).await;
    let renewal_due = async || match check(&test.authority, target.session_id().unwrap())
        .await
        .unwrap()
    {
        Check::Live { renewal_due, .. } => renewal_due,
        other => panic!("expected a live session, found {other:?}"),
    };
    assert!(binds(&test, target.session_id().unwrap(), FIRST).await);
    assert!(!renewal_due().await);
    latchkey_authority::user::set_role(
        &test.authority,
        &administrator,
        target.user_id,
        Role::Auditor,
        &caller(),
    )
    .await
    .unwrap();
    assert!(renewal_due().await);
    renew(&test, target.session_id().unwrap(), FIRST, SECOND).await;
    assert!(!renewal_due().await);
}

#[tokio::test]
async fn the_cookie_of_an_ended_session_still_says_which_and_why() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let target = test.signed_in(Role::User).await;
    assert!(binds(&test, target.session_id().unwrap(), FIRST).await);
    end::as_administrator(
        &test.authority,
        &administrator,
        target.session_id().unwrap(),
        &caller(),
    )
    .await
    .unwrap();
    assert_eq!(
        opens(&test, FIRST).await,
        Some(target.session_id().unwrap())
    );
    assert_eq!(
        check(&test.authority, target.session_id().unwrap())
            .await
            .unwrap(),
        Check::Ended {
            reason: EndReason::EndedByAdministrator
        }
    );
    // Nor does a renewal bring it back.
    unbind(&test.authority, FIRST, &caller()).await.unwrap();
    assert!(!binds(&test, target.session_id().unwrap(), SECOND).await);
    assert_eq!(
        opens(&test, FIRST).await,
        Some(target.session_id().unwrap())
    );
    assert_eq!(opens(&test, SECOND).await, None);
}

#[tokio::test]
async fn a_session_between_two_cookies_can_still_be_ended() {
    let test = TestAuthority::new().await;
    let principal = test.signed_in(Role::User).await;
    assert!(binds(&test, principal.session_id().unwrap(), FIRST).await);
    unbind(&test.authority, FIRST, &caller()).await.unwrap();
    end::own(
        &test.authority,
        &principal,
        principal.session_id().unwrap(),
        &caller(),
    )
    .await
    .unwrap();
    assert!(!binds(&test, principal.session_id().unwrap(), SECOND).await);
    assert!(!test.is_live(principal.session_id().unwrap()).await);
    let row = session::one(&test.authority, principal.session_id().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.ended.unwrap().reason, EndReason::SignOut);
}
