//! The eighth invariant: lifetimes end, to the millisecond, wherever one looks.

use std::time::Duration;

use latchkey_authority::{
    SessionPolicy,
    principal::Principal,
    session::{self, Check, SessionFilter, end},
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{EndReason, Role, SessionState};

use crate::support::{MILLISECOND, just_under};

const MINUTE: Duration = Duration::from_mins(1);

/// An hour unused, ten hours at all.
const POLICY: SessionPolicy = SessionPolicy {
    idle: Duration::from_hours(1),
    absolute: Duration::from_hours(10),
    keep_ended: Duration::from_hours(100),
};

/// Why a session is over, as everybody who decides or shows it says; they must not differ.
async fn end_of(test: &TestAuthority, principal: &Principal) -> Option<EndReason> {
    let authority = &test.authority;
    let session_id = principal.session_id().unwrap();
    let checked = match session::check(authority, session_id).await.unwrap() {
        Check::Live { .. } => None,
        Check::Ended { reason } => Some(reason),
        Check::Unknown => panic!("the session is known"),
    };
    let may_act = end::own_others(authority, principal, &caller())
        .await
        .is_ok();
    assert_eq!(may_act, checked.is_none(), "whoever acts is judged alike");

    let row = session::one(authority, session_id).await.unwrap().unwrap();
    assert_eq!(
        row.ended.map(|ended| ended.reason),
        checked,
        "as it is shown"
    );
    for (state, expected) in [
        (SessionState::Live, checked.is_none()),
        (SessionState::Ended, checked.is_some()),
    ] {
        let filter = SessionFilter {
            users: Some(vec![principal.user_id]),
            state: Some(state),
            ..SessionFilter::default()
        };
        let listed = session::list(authority, &filter, None, 10).await.unwrap();
        assert_eq!(
            listed.items.len(),
            usize::from(expected),
            "{state:?} in a list"
        );
    }
    let counted = session::count_live(authority, Some(principal.user_id))
        .await
        .unwrap();
    assert_eq!(counted.0, u64::from(checked.is_none()), "as it is counted");
    checked
}

/// Uses the session now.
fn touch(test: &TestAuthority, principal: &Principal) {
    let now = test.authority.now();
    test.authority
        .last_seen()
        .note(principal.session_id().unwrap(), now, "192.0.2.2".to_owned());
}

async fn use_and_write(test: &TestAuthority, principal: &Principal) {
    touch(test, principal);
    test.authority
        .last_seen()
        .flush(&test.authority)
        .await
        .unwrap();
}

#[tokio::test]
async fn i08_an_unused_session_ends_at_its_idle_limit_to_the_millisecond() {
    let test = TestAuthority::with_policy(POLICY).await;
    let principal = test.signed_in(Role::User).await;
    assert_eq!(end_of(&test, &principal).await, None);
    test.clock.advance(just_under(POLICY.idle));
    assert_eq!(end_of(&test, &principal).await, None);
    test.clock.advance(MILLISECOND);
    assert_eq!(end_of(&test, &principal).await, Some(EndReason::Idle));
}

#[tokio::test]
async fn i08_a_used_session_ends_at_its_lifetime_to_the_millisecond() {
    let test = TestAuthority::with_policy(POLICY).await;
    let principal = test.signed_in(Role::User).await;
    for _ in 0..19 {
        test.clock.advance(30 * MINUTE);
        use_and_write(&test, &principal).await;
        assert_eq!(end_of(&test, &principal).await, None);
    }
    test.clock.advance(just_under(30 * MINUTE));
    use_and_write(&test, &principal).await;
    assert_eq!(end_of(&test, &principal).await, None);
    test.clock.advance(MILLISECOND);
    assert_eq!(end_of(&test, &principal).await, Some(EndReason::Expired));
    use_and_write(&test, &principal).await;
    assert_eq!(end_of(&test, &principal).await, Some(EndReason::Expired));
}

#[tokio::test]
async fn i08_use_moves_the_idle_limit_and_never_the_lifetime() {
    let test = TestAuthority::with_policy(POLICY).await;
    let principal = test.signed_in(Role::User).await;
    let before = session::one(&test.authority, principal.session_id().unwrap())
        .await
        .unwrap()
        .unwrap();

    test.clock.advance(just_under(POLICY.idle));
    use_and_write(&test, &principal).await;

    let after = session::one(&test.authority, principal.session_id().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(after.last_seen_at, test.authority.now());
    assert_eq!(after.last_address, "192.0.2.2");
    assert_eq!(after.expires_at, before.expires_at);
    assert_eq!(after.expires_at, after.created_at.after(POLICY.absolute));
    test.clock.advance(just_under(POLICY.idle));
    assert_eq!(end_of(&test, &principal).await, None);
    test.clock.advance(MILLISECOND);
    assert_eq!(end_of(&test, &principal).await, Some(EndReason::Idle));
}

#[tokio::test]
async fn i08_a_use_that_is_not_written_yet_counts_for_who_decides() {
    let test = TestAuthority::with_policy(POLICY).await;
    let principal = test.signed_in(Role::User).await;
    test.clock.advance(just_under(POLICY.idle));
    touch(&test, &principal);
    test.clock.advance(MILLISECOND);
    assert!(test.is_live(principal.session_id().unwrap()).await);
    end::own_others(&test.authority, &principal, &caller())
        .await
        .expect("who is let in may also act");
    test.clock.advance(just_under(POLICY.idle));
    assert!(!test.is_live(principal.session_id().unwrap()).await);
    end::own_others(&test.authority, &principal, &caller())
        .await
        .unwrap_err();
}

#[tokio::test]
async fn i08_a_limit_that_both_passed_is_told_as_the_lifetime() {
    let test = TestAuthority::with_policy(POLICY).await;
    let principal = test.signed_in(Role::User).await;
    test.clock.advance(POLICY.absolute);
    assert_eq!(end_of(&test, &principal).await, Some(EndReason::Expired));
}

#[tokio::test]
async fn i08_a_limit_longer_than_time_does_not_overflow() {
    let forever = SessionPolicy {
        idle: Duration::MAX,
        absolute: Duration::MAX,
        keep_ended: Duration::MAX,
    };
    let test = TestAuthority::with_policy(forever).await;
    let principal = test.signed_in(Role::User).await;
    test.clock.advance(Duration::from_hours(24 * 365 * 100));
    assert_eq!(end_of(&test, &principal).await, None);
}
