//! What ends a family, and what does not.

use latchkey_authority::{
    ActError,
    family::{self, RefreshError},
    session::{end, sweep},
    user,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{EndReason, FamilyEndReason, FamilyId, Role};

use super::support::{World, home, open, presenter};

async fn reason(test: &TestAuthority, family_id: FamilyId) -> Option<FamilyEndReason> {
    family::one(&test.authority, family_id)
        .await
        .unwrap()
        .unwrap()
        .ended
        .map(|ended| ended.reason)
}

#[tokio::test]
async fn a_family_ends_with_the_session_that_opened_it_when_that_is_ended_on_purpose() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let principal = test.signed_in(Role::User).await;
    let session_id = principal.session_id().unwrap();
    let opened = open(&test, principal.user_id, Some(session_id), &home()).await;
    let other = open(&test, principal.user_id, None, &home()).await;
    end::as_administrator(&test.authority, &administrator, session_id, &caller())
        .await
        .unwrap();
    assert_eq!(
        reason(&test, opened.family_id).await,
        Some(FamilyEndReason::SessionEnded)
    );
    assert_eq!(reason(&test, other.family_id).await, None);
}

#[tokio::test]
async fn a_family_outlives_the_mere_expiry_of_the_session_that_opened_it() {
    let test = TestAuthority::new().await;
    let principal = test.signed_in(Role::User).await;
    let session_id = principal.session_id().unwrap();
    let mut token = open(&test, principal.user_id, Some(session_id), &home())
        .await
        .refresh_token
        .to_string();
    let home = home();
    let mut family_id = None;
    for _ in 0..2 {
        test.clock.advance(std::time::Duration::from_hours(4 * 24));
        let refreshed = family::refresh(&test.authority, &token, &presenter(&home))
            .await
            .unwrap();
        family_id = Some(refreshed.issued.family_id);
        token = refreshed.issued.refresh_token.to_string();
    }
    assert_eq!(sweep(&test.authority).await.unwrap().idle, 1);
    assert_eq!(reason(&test, family_id.unwrap()).await, None);
}

#[tokio::test]
async fn all_of_a_users_families_end_with_their_disabling_and_their_sign_out_everywhere() {
    for disable in [true, false] {
        let test = TestAuthority::new().await;
        let administrator = test.signed_in(Role::Administrator).await;
        let user_id = test.user(Role::User).await;
        let families = [
            open(&test, user_id, None, &home()).await,
            open(&test, user_id, None, &home()).await,
        ];
        let expected = if disable {
            user::disable(&test.authority, &administrator, user_id, &caller())
                .await
                .unwrap();
            FamilyEndReason::UserDisabled
        } else {
            let count = end::all_of_user(&test.authority, &administrator, user_id, &caller())
                .await
                .unwrap();
            assert_eq!(count, 2);
            FamilyEndReason::EndedByAdministrator
        };
        for family in families {
            assert_eq!(reason(&test, family.family_id).await, Some(expected));
            let home = home();
            let refused =
                family::refresh(&test.authority, &family.refresh_token, &presenter(&home)).await;
            assert!(matches!(refused, Err(RefreshError::Ended { .. })));
        }
    }
}

#[tokio::test]
async fn an_owner_ends_their_own_families_and_an_administrator_anybodys() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let auditor = test.signed_in(Role::Auditor).await;
    let owner = test.signed_in(Role::User).await;
    let stranger = test.signed_in(Role::User).await;
    let family_id = open(&test, owner.user_id, None, &home()).await.family_id;

    let refused = family::end::own(&test.authority, &stranger, family_id, &caller()).await;
    assert!(matches!(refused, Err(ActError::NotFound)));
    let refused =
        family::end::as_administrator(&test.authority, &auditor, family_id, &caller()).await;
    assert!(matches!(refused, Err(ActError::NotPermitted)));
    assert_eq!(reason(&test, family_id).await, None);

    assert!(
        family::end::own(&test.authority, &owner, family_id, &caller())
            .await
            .unwrap()
    );
    assert_eq!(
        reason(&test, family_id).await,
        Some(FamilyEndReason::EndedByOwner)
    );
    let second = open(&test, owner.user_id, None, &home()).await.family_id;
    assert!(
        family::end::as_administrator(&test.authority, &administrator, second, &caller())
            .await
            .unwrap()
    );
    assert!(
        !family::end::as_administrator(&test.authority, &administrator, second, &caller())
            .await
            .unwrap(),
        "it stays as it ended"
    );
}

#[tokio::test]
async fn ending_all_others_spares_the_one_through_which_it_is_asked() {
    let test = TestAuthority::new().await;
    let principal = test.signed_in(Role::User).await;
    let other_session = test.session(principal.user_id).await;
    let family_id = open(&test, principal.user_id, None, &home())
        .await
        .family_id;
    assert_eq!(
        end::own_others(&test.authority, &principal, &caller())
            .await
            .unwrap(),
        2
    );
    assert!(test.is_live(principal.session_id().unwrap()).await);
    assert!(!test.is_live(other_session).await);
    assert_eq!(
        reason(&test, family_id).await,
        Some(FamilyEndReason::EndedByOwner)
    );
    let row = latchkey_authority::session::one(&test.authority, other_session)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.ended.unwrap().reason, EndReason::EndedByOwner);
}

#[tokio::test]
async fn the_sweep_marks_what_is_past_its_limits_and_keeps_what_can_prove_reuse() {
    let world = World::new().await;
    let authority = &world.test.authority;
    world.advance(8 * 24 * 3_600);
    let swept = family::sweep(authority).await.unwrap();
    assert_eq!((swept.idle, swept.expired, swept.forgotten), (1, 0, 0));
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::Idle));
    world.advance(60 * 24 * 3_600);
    assert_eq!(family::sweep(authority).await.unwrap().forgotten, 0);
    world.advance(40 * 24 * 3_600);
    assert_eq!(family::sweep(authority).await.unwrap().forgotten, 1);
}
