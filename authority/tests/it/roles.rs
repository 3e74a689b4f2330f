//! Roles and states of users, one change after the other.

use latchkey_authority::{ActError, principal::Principal, user};
use latchkey_testing::{Snapshot, TestAuthority, caller};
use latchkey_types::{EndReason, Role, UserId, UserState};

async fn set_role(
    test: &TestAuthority,
    actor: &Principal,
    user_id: UserId,
    role: Role,
) -> Result<bool, ActError> {
    user::set_role(&test.authority, actor, user_id, role, &caller()).await
}

async fn disable(
    test: &TestAuthority,
    actor: &Principal,
    user_id: UserId,
) -> Result<bool, ActError> {
    user::disable(&test.authority, actor, user_id, &caller()).await
}

#[tokio::test]
async fn the_last_administrator_is_neither_demoted_nor_disabled() {
    let test = TestAuthority::new().await;
    let last = test.signed_in(Role::Administrator).await;
    test.user(Role::Auditor).await;
    let before = Snapshot::of(&test.database.connection).await;
    for role in [Role::Auditor, Role::User] {
        let refused = set_role(&test, &last, last.user_id, role).await;
        assert!(
            matches!(refused, Err(ActError::LastAdministrator)),
            "{refused:?}"
        );
    }
    let refused = disable(&test, &last, last.user_id).await;
    assert!(
        matches!(refused, Err(ActError::LastAdministrator)),
        "{refused:?}"
    );
    assert_eq!(Snapshot::of(&test.database.connection).await, before);
}

#[tokio::test]
async fn a_disabled_administrator_does_not_count() {
    let test = TestAuthority::new().await;
    let last = test.signed_in(Role::Administrator).await;
    let other = test.user(Role::Administrator).await;
    assert!(disable(&test, &last, other).await.unwrap());
    let refused = disable(&test, &last, last.user_id).await;
    assert!(
        matches!(refused, Err(ActError::LastAdministrator)),
        "{refused:?}"
    );
    // Demoting the disabled one takes no administrator away.
    assert!(set_role(&test, &last, other, Role::User).await.unwrap());
}

#[tokio::test]
async fn of_two_administrators_one_may_step_down() {
    let test = TestAuthority::new().await;
    let first = test.signed_in(Role::Administrator).await;
    let second = test.signed_in(Role::Administrator).await;
    assert!(
        set_role(&test, &first, first.user_id, Role::User)
            .await
            .unwrap()
    );
    let refused = set_role(&test, &second, second.user_id, Role::User).await;
    assert!(
        matches!(refused, Err(ActError::LastAdministrator)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn of_two_administrators_one_may_disable_themselves() {
    let test = TestAuthority::new().await;
    let first = test.signed_in(Role::Administrator).await;
    let second = test.signed_in(Role::Administrator).await;
    assert!(disable(&test, &first, first.user_id).await.unwrap());
    assert!(!test.is_live(first.session_id().unwrap()).await);
    let refused = disable(&test, &second, second.user_id).await;
    assert!(
        matches!(refused, Err(ActError::LastAdministrator)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_disabled_user_is_signed_out_and_stays_so_when_enabled() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let target = test.signed_in(Role::User).await;
    assert!(
        disable(&test, &administrator, target.user_id)
            .await
            .unwrap()
    );
    let row = user::one(&test.authority, target.user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.state(), UserState::Disabled);
    assert_eq!(row.disabled_by, Some(administrator.user_id));
    assert_eq!(test.try_session(target.user_id).await, None);

    assert!(
        user::enable(&test.authority, &administrator, target.user_id, &caller())
            .await
            .unwrap()
    );
    let row = user::one(&test.authority, target.user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.state(), UserState::Active);
    assert_eq!((row.disabled_at, row.disabled_by), (None, None));
    let session = latchkey_authority::session::one(&test.authority, target.session_id().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(session.ended.unwrap().reason, EndReason::UserDisabled);
    assert!(test.try_session(target.user_id).await.is_some());
}

#[tokio::test]
async fn a_new_role_shows_in_sessions_that_are_signed_in_already() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let target = test.signed_in(Role::User).await;
    assert!(
        set_role(&test, &administrator, target.user_id, Role::Auditor)
            .await
            .unwrap()
    );
    assert_eq!(
        test.principal(target.session_id().unwrap()).await.role,
        Role::Auditor
    );
    assert!(
        !set_role(&test, &administrator, target.user_id, Role::Auditor)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_user_who_is_not_there_cannot_sign_in() {
    let test = TestAuthority::new().await;
    let nobody = UserId::from_uuid(crate::support::scattered_id(1));
    assert_eq!(test.try_session(nobody).await, None);
    assert_eq!(user::one(&test.authority, nobody).await.unwrap(), None);
    assert_eq!(user::many(&test.authority, &[nobody]).await.unwrap(), []);
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    use latchkey_authority::{AuthorityTx, audit::AuditEvent, signal::Signals};
    use latchkey_types::EventKind;

    let test = TestAuthority::new().await;
    let mut chances = Vec::new();
    for _ in 0..2 {
        let tx = AuthorityTx::begin(&test.authority).await.unwrap();
        chances.push(user::mark_administrator_created(&tx).await.unwrap());
        let event = AuditEvent::success(EventKind::SetUp, &caller());
        tx.commit([event], Signals::Nothing).await.unwrap();
    }
    assert_eq!(chances, [true, false]);
    assert!(
        user::administrator_ever(test.authority.database())
            .await
            .unwrap()
    );
}
