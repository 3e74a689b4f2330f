//! Many at one link, and links whose ground is taken away beside them.

use latchkey_testing::rounds;
use tokio::task::JoinSet;

use super::*;

const MANY: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_come_by_one_link_one_gets_the_account() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let link = invited(&on, &admin, Role::User).await;
    let account = created(&on, &admin, "waiting", Role::User).await;
    let before = on.rows("users").await;
    for made in [&link, &account] {
        let mut attempts = JoinSet::new();
        for number in 0..MANY {
            let identity = on.identity.clone();
            let code = made.code.clone();
            attempts.spawn(async move {
                let name = format!("ann{number}");
                redeem(&identity, form(code.as_str(), &name, &caller())).await
            });
        }
        let mut came: Vec<SignedIn> = Vec::new();
        for result in attempts.join_all().await {
            match result {
                Ok(signed_in) => came.push(signed_in),
                Err(RedeemError::Invalid) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(came.len(), 1);
        assert!(on.test.is_live(came[0].session_id).await);
        assert_eq!(on.live_sessions(came[0].user_id).await.len(), 1);
    }
    // One by the link; the other was there before.
    assert_eq!(on.rows("users").await, before + 1);
    assert_eq!(on.rows("passwords").await, 2);
}

/// Either somebody came in and the withdrawal found nothing, or the other way round.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_withdrawal_and_a_redemption_at_once_one_comes_to_nothing() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    for number in 0..rounds(8, 100) {
        let made = invited(&on, &admin, Role::User).await;
        let coming = {
            let (identity, code) = (on.identity.clone(), made.code.clone());
            tokio::spawn(async move {
                let name = format!("ann{number}");
                redeem(&identity, form(code.as_str(), &name, &caller()))
                    .await
                    .is_ok()
            })
        };
        let taking = {
            let (authority, admin) = (on.test.authority.clone(), admin.clone());
            let id = made.invitation_id;
            tokio::spawn(async move {
                // Somewhere on the other's way.
                for _ in 0..number % 8 {
                    tokio::task::yield_now().await;
                }
                withdraw(&authority, &admin, id, &caller()).await.unwrap()
            })
        };
        let (came, taken) = (coming.await.unwrap(), taking.await.unwrap());
        assert_ne!(came, taken, "round {number}");
    }
}

/// Nobody gets an account on the word of somebody who was demoted before.
#[tokio::test(flavor = "multi_thread")]
async fn i04_of_a_demotion_and_a_redemption_at_once_one_comes_first() {
    let on = TestIdentity::new().await;
    let other = administrator(&on).await;
    for number in 0..rounds(8, 100) {
        let maker = administrator(&on).await;
        let made = invited(&on, &maker, Role::Administrator).await;
        let name = format!("ann{number}");
        let coming = {
            let (identity, code, name) = (on.identity.clone(), made.code.clone(), name.clone());
            tokio::spawn(async move {
                redeem(&identity, form(code.as_str(), &name, &caller()))
                    .await
                    .is_ok()
            })
        };
        let demoting = {
            let (authority, other) = (on.test.authority.clone(), other.clone());
            tokio::spawn(async move {
                for _ in 0..number % 8 {
                    tokio::task::yield_now().await;
                }
                user::set_role(&authority, &other, maker.user_id, Role::User, &caller())
                    .await
                    .unwrap()
            })
        };
        let (came, demoted) = (coming.await.unwrap(), demoting.await.unwrap());
        assert!(demoted);
        // What came after the demotion on the record was refused.
        let events = on.record().await;
        let place = |wanted: &dyn Fn(&latchkey_authority::audit::AuditRow) -> bool| {
            events.iter().position(wanted)
        };
        let demotion = place(&|event| {
            event.kind == EventKind::RoleChanged && event.subject == Some(maker.user_id)
        });
        let use_of = place(&|event| event.kind == EventKind::InvitationUsed).unwrap();
        assert_eq!(events[use_of].outcome == Outcome::Success, came);
        if came {
            // Newest first: the use is older.
            assert!(use_of > demotion.unwrap(), "round {number}");
        }
    }
}
