//! The rows of the table by which a refresh token is judged, one after the other.

use latchkey_authority::{
    FamilyPolicy, access_token,
    caller::Caller,
    family::{self, RefreshError},
    incident,
    principal::Credential,
};
use latchkey_testing::{TestAuthority, master_keys};
use latchkey_types::{EventKind, FamilyEndReason, IncidentClass, RefreshOutcome, Role};

use super::support::{World, away, back_end, home, open, presenter, stranger};

fn reused(result: &Result<family::Refreshed, RefreshError>) -> Option<IncidentClass> {
    match result {
        Err(RefreshError::Reused { class, .. }) => Some(*class),
        _ => None,
    }
}

#[tokio::test]
async fn i06_a_current_token_gives_way_to_its_one_successor() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    assert_ne!(second, world.first);
    let third = world.rotate(&second).await;
    let row = family::one(&world.test.authority, world.family_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.generation, 2);
    world.rotate(&third).await;
    assert!(world.incidents().await.is_empty());
}

#[tokio::test]
async fn i06_a_retry_within_the_grace_gets_the_current_token_again() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    world.advance(10);
    for _ in 0..3 {
        let again = world
            .expect(&world.first, &home(), RefreshOutcome::Retry)
            .await;
        assert_eq!(again, second, "the same text: nothing forks");
    }
    world.rotate(&second).await;
}

#[tokio::test]
async fn i06_a_retry_converges_on_the_current_token_however_far_that_has_moved() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    world.advance(2);
    let third = world.rotate(&second).await;
    world.advance(2);
    let again = world
        .expect(&world.first, &home(), RefreshOutcome::Retry)
        .await;
    assert_eq!(again, third);
}

#[tokio::test]
async fn i06_retries_do_not_extend_the_grace() {
    let world = World::new().await;
    world.rotate(&world.first).await;
    world.advance(9);
    world
        .expect(&world.first, &home(), RefreshOutcome::Retry)
        .await;
    world.advance(2);
    // Eleven seconds after the rotation it is no retry any more: a lost reply, at best.
    world
        .expect(&world.first, &home(), RefreshOutcome::LostResponse)
        .await;
}

#[tokio::test]
async fn i06_the_hundred_and_first_retry_is_reuse() {
    let world = World::new().await;
    world.rotate(&world.first).await;
    for _ in 0..100 {
        world
            .expect(&world.first, &home(), RefreshOutcome::Retry)
            .await;
    }
    let result = world.refresh(&world.first, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::StaleCopy));
}

#[tokio::test]
async fn i06_a_retry_is_refused_once_another_device_has_used_the_successor() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    // The one who verifies the successor shows that they hold it.
    family::verify(&world.test.authority, &second, &presenter(&home()))
        .await
        .unwrap();
    let result = world.refresh(&world.first, &stranger()).await;
    assert_eq!(reused(&result), Some(IncidentClass::Theft));
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::Theft));
}

#[tokio::test]
async fn i06_a_renderer_that_uses_the_successor_is_no_other_device_than_its_browser() {
    // The browser rotated, and a server that says nothing of itself was first to use what came of it.
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    family::verify(&world.test.authority, &second, &presenter(&back_end()))
        .await
        .unwrap();
    let again = world
        .expect(&world.first, &home(), RefreshOutcome::Retry)
        .await;
    assert_eq!(again, second);
    world.rotate(&second).await;

    // The server rotated and used it; the browser tries again on its own. That is on the record, and no
    // reply is taken for lost afterwards.
    let world = World::new().await;
    let second = world
        .expect(&world.first, &back_end(), RefreshOutcome::Rotated)
        .await;
    family::verify(&world.test.authority, &second, &presenter(&back_end()))
        .await
        .unwrap();
    let again = world
        .expect(&world.first, &home(), RefreshOutcome::ForeignRetry)
        .await;
    assert_eq!(again, second);
    world.rotate(&second).await;
    assert_eq!(world.end_reason().await, None);
    let kinds = world.test.event_kinds().await;
    assert!(kinds.contains(&EventKind::ForeignRetry));
}

#[tokio::test]
async fn i06_whoever_says_nothing_of_themselves_is_a_thief_once_a_browser_has_used_the_pair() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    family::verify(&world.test.authority, &second, &presenter(&home()))
        .await
        .unwrap();
    let result = world.refresh(&world.first, &back_end()).await;
    assert_eq!(reused(&result), Some(IncidentClass::Theft));
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::Theft));
}

#[tokio::test]
async fn i06_of_two_that_say_nothing_of_themselves_the_second_is_another_device() {
    let curl = Caller {
        user_agent: "curl".to_owned(),
        ..back_end()
    };
    let world = World::opened_by(FamilyPolicy::default(), &back_end()).await;
    let second = world
        .expect(&world.first, &back_end(), RefreshOutcome::Rotated)
        .await;
    family::verify(&world.test.authority, &second, &presenter(&back_end()))
        .await
        .unwrap();
    let result = world.refresh(&world.first, &curl).await;
    assert_eq!(reused(&result), Some(IncidentClass::Theft));
}

#[tokio::test]
async fn i06_past_the_grace_a_renderer_is_not_the_device_that_rotated() {
    let world = World::new().await;
    world.rotate(&world.first).await;
    world.advance(60);
    let result = world.refresh(&world.first, &back_end()).await;
    assert_eq!(reused(&result), Some(IncidentClass::Theft));

    let world = World::new().await;
    world
        .expect(&world.first, &back_end(), RefreshOutcome::Rotated)
        .await;
    world.advance(60);
    let result = world.refresh(&world.first, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::Theft));
}

#[tokio::test]
async fn i06_a_foreign_retry_is_on_the_record_and_the_third_in_a_day_raises_an_incident() {
    let world = World::new().await;
    let mut current = world.first.clone();
    for number in 1..=4 {
        let next = world.rotate(&current).await;
        let again = world
            .expect(&current, &away(), RefreshOutcome::ForeignRetry)
            .await;
        assert_eq!(again, next);
        let incidents = world.incidents().await;
        assert_eq!(incidents.len(), usize::from(number >= 3));
        assert!(
            incidents
                .iter()
                .all(|row| row.class == IncidentClass::Suspected && !row.ended_family)
        );
        current = next;
        world.advance(3_600);
    }
    assert_eq!(world.end_reason().await, None);
    let foreign = world.test.event_kinds().await;
    let foreign = foreign
        .iter()
        .filter(|kind| **kind == EventKind::ForeignRetry);
    assert_eq!(foreign.count(), 4);
}

#[tokio::test]
async fn i06_after_a_foreign_retry_no_reply_is_taken_for_lost() {
    let world = World::new().await;
    world.rotate(&world.first).await;
    world
        .expect(&world.first, &away(), RefreshOutcome::ForeignRetry)
        .await;
    world.advance(60);
    let result = world.refresh(&world.first, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::StaleCopy));
}

#[tokio::test]
async fn i06_a_lost_reply_moves_the_family_past_the_token_that_nobody_saw() {
    let world = World::new().await;
    let unseen = world.rotate(&world.first).await;
    world.advance(3_600);
    let third = world
        .expect(&world.first, &home(), RefreshOutcome::LostResponse)
        .await;
    assert_ne!(third, unseen);
    // Whoever has the unseen one received it: that is reuse.
    let result = world.refresh(&unseen, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::StaleCopy));
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::StaleCopy));
}

#[tokio::test]
async fn i06_a_reply_is_taken_for_lost_five_times_and_no_more() {
    let world = World::new().await;
    world.rotate(&world.first).await;
    for _ in 0..5 {
        world.advance(60);
        world
            .expect(&world.first, &home(), RefreshOutcome::LostResponse)
            .await;
    }
    world.advance(60);
    let result = world.refresh(&world.first, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::StaleCopy));
}

#[tokio::test]
async fn i06_no_reply_was_lost_that_somebody_has_shown_to_hold() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    family::verify(&world.test.authority, &second, &presenter(&home()))
        .await
        .unwrap();
    world.advance(60);
    let result = world.refresh(&world.first, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::StaleCopy));
}

#[tokio::test]
async fn i06_what_one_node_has_seen_counts_on_the_others_once_it_is_written() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    let authority = &world.test.authority;
    family::verify(authority, &second, &presenter(&home()))
        .await
        .unwrap();
    assert_eq!(authority.receipts().flush(authority).await.unwrap(), 1);
    assert_eq!(authority.receipts().flush(authority).await.unwrap(), 0);
    world.advance(60);
    let other = world.test.node(master_keys(), 7);
    let home = home();
    let result = family::refresh(&other, &world.first, &presenter(&home)).await;
    assert_eq!(reused(&result), Some(IncidentClass::StaleCopy));
}

#[tokio::test]
async fn i06_a_lost_reply_is_for_the_same_device_and_the_setting_alone() {
    let world = World::new().await;
    world.rotate(&world.first).await;
    world.advance(60);
    let result = world.refresh(&world.first, &stranger()).await;
    assert_eq!(reused(&result), Some(IncidentClass::Theft));

    // A back end that says nothing of itself is never the same device.
    let world = World::opened_by(FamilyPolicy::default(), &back_end()).await;
    world
        .expect(&world.first, &back_end(), RefreshOutcome::Rotated)
        .await;
    world.advance(60);
    let result = world.refresh(&world.first, &back_end()).await;
    assert_eq!(reused(&result), Some(IncidentClass::Theft));

    let strict = FamilyPolicy {
        lost_response: false,
        ..FamilyPolicy::default()
    };
    let world = World::with_policy(strict).await;
    world.rotate(&world.first).await;
    world.advance(60);
    let result = world.refresh(&world.first, &home()).await;
    assert_eq!(reused(&result), Some(IncidentClass::StaleCopy));
}

#[tokio::test]
async fn i01_reuse_ends_the_family_with_its_incident_although_the_answer_is_a_refusal() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    let third = world.rotate(&second).await;
    world.advance(240);
    let result = world.refresh(&world.first, &stranger()).await;
    assert_eq!(reused(&result), Some(IncidentClass::Theft));
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::Theft));
    let refused = world.refresh(&third, &home()).await;
    assert!(matches!(
        refused,
        Err(RefreshError::Ended {
            reason: FamilyEndReason::Theft,
            ..
        })
    ));

    let [incident] = &world.incidents().await[..] else {
        panic!("one incident");
    };
    assert_eq!(incident.class, IncidentClass::Theft);
    assert_eq!(incident.gap.as_secs(), 240);
    assert_eq!(incident.rotated_by.address, "192.0.2.1");
    assert_eq!(incident.replayed_by.address, "203.0.113.9");
    assert_eq!(incident.replayed_by.browser, "Chrome");
    assert_eq!(
        (incident.presented_generation, incident.current_generation),
        (0, 2)
    );
    assert!(incident.ended_family);
    // The honest client's refresh afterwards is part of the story.
    assert_eq!(incident.sightings, 1);
    assert!(
        world
            .test
            .event_kinds()
            .await
            .contains(&EventKind::RefreshReuse)
    );
}

#[tokio::test]
async fn i12_of_what_is_presented_after_a_theft_all_is_counted_and_a_hundred_kept_the_first_and_the_newest()
 {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    world.rotate(&second).await;
    world.advance(240);
    world.refresh(&world.first, &stranger()).await.unwrap_err();
    let ended_at = world.test.authority.now();
    for _ in 0..130 {
        world.advance(1);
        world.refresh(&second, &stranger()).await.unwrap_err();
    }
    let [incident] = &world.incidents().await[..] else {
        panic!("one incident");
    };
    assert_eq!(incident.sightings, 130);
    let kept = incident::sightings(&world.test.authority, incident.incident_id)
        .await
        .unwrap();
    let seconds: Vec<u64> = kept
        .iter()
        .map(|sighting| sighting.at.since(ended_at).as_secs())
        .collect();
    assert_eq!(seconds, (1..=10).chain(41..=130).collect::<Vec<u64>>());
}

#[tokio::test]
async fn i06_the_network_tells_a_stale_copy_from_a_theft() {
    for (caller, class) in [
        (home(), IncidentClass::StaleCopy),
        (away(), IncidentClass::Theft),
        (stranger(), IncidentClass::Theft),
    ] {
        let world = World::new().await;
        let second = world.rotate(&world.first).await;
        world.rotate(&second).await;
        world.advance(60);
        assert_eq!(
            reused(&world.refresh(&world.first, &caller).await),
            Some(class)
        );
    }
}

#[tokio::test]
async fn i06_a_verdict_is_what_a_refresh_would_be_and_rotates_nothing() {
    let world = World::new().await;
    let authority = &world.test.authority;
    let (home, stranger) = (home(), stranger());
    for _ in 0..3 {
        family::verify(authority, &world.first, &presenter(&home))
            .await
            .unwrap();
    }
    let second = world.rotate(&world.first).await;
    family::verify(authority, &world.first, &presenter(&home))
        .await
        .unwrap();
    world.rotate(&second).await;
    world.advance(60);
    let polled = family::verify(authority, &world.first, &presenter(&stranger)).await;
    assert!(matches!(
        polled,
        Err(RefreshError::Reused {
            class: IncidentClass::Theft,
            ..
        })
    ));
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::Theft));
}

#[tokio::test]
async fn i06_signing_out_with_any_generation_ends_the_family_without_alarm() {
    let world = World::new().await;
    let second = world.rotate(&world.first).await;
    world.rotate(&second).await;
    world.advance(3_600);
    let authority = &world.test.authority;
    let stranger = stranger();
    family::sign_out(authority, &world.first, &presenter(&stranger))
        .await
        .unwrap();
    assert_eq!(world.end_reason().await, Some(FamilyEndReason::SignOut));
    assert!(world.incidents().await.is_empty());
    let again = family::sign_out(authority, &world.first, &presenter(&stranger)).await;
    assert!(matches!(again, Err(RefreshError::Ended { .. })));
}

#[tokio::test]
async fn i06_a_token_of_another_client_or_without_its_key_touches_no_family() {
    let world = World::new().await;
    let home = home();
    for presenter in [
        family::Presenter {
            client_id: Some("other"),
            ..presenter(&home)
        },
        family::Presenter {
            key_thumbprint: Some("key"),
            ..presenter(&home)
        },
    ] {
        let authority = &world.test.authority;
        let refused = family::refresh(authority, &world.first, &presenter).await;
        assert!(matches!(refused, Err(RefreshError::NotTheirs)));
        let refused = family::sign_out(authority, &world.first, &presenter).await;
        assert!(matches!(refused, Err(RefreshError::NotTheirs)));
    }
    world.rotate(&world.first).await;
}

#[tokio::test]
async fn i06_a_forged_token_is_counted_and_touches_no_family() {
    let world = World::new().await;
    let mut forged = world.first.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    for text in [forged.as_str(), "", "lkr_", "no token"] {
        let refused = world.refresh(text, &home()).await;
        assert!(matches!(refused, Err(RefreshError::Forged)), "{text}");
    }
    // A good MAC of a family that is not there: the second one of another database.
    let elsewhere = World::new().await;
    let second = open(&elsewhere.test, elsewhere.user_id, None, &home()).await;
    let refused = world.refresh(&second.refresh_token, &home()).await;
    assert!(matches!(refused, Err(RefreshError::Forged)));
    world.rotate(&world.first).await;
}

#[tokio::test]
async fn a_token_of_a_family_that_is_not_there_is_refused_at_once_by_every_call() {
    let elsewhere = World::new().await;
    let second = open(&elsewhere.test, elsewhere.user_id, None, &home()).await;
    for call in 0..3 {
        // The first refusal of an address and minute is on the record, in a transaction of its own.
        let world = World::new().await;
        let authority = &world.test.authority;
        let home = home();
        let presenter = presenter(&home);
        let token = &second.refresh_token;
        let refused = match call {
            0 => family::refresh(authority, token, &presenter).await.err(),
            1 => family::verify(authority, token, &presenter).await.err(),
            _ => family::sign_out(authority, token, &presenter).await.err(),
        };
        assert!(matches!(refused, Some(RefreshError::Forged)));
        let kinds = world.test.event_kinds().await;
        assert!(kinds.contains(&EventKind::RefreshRefused));
    }
}

#[tokio::test]
async fn i08_a_family_ends_when_it_is_not_refreshed_and_at_its_absolute_end_however_often_it_is() {
    const DAY: u64 = 24 * 60 * 60;
    let world = World::new().await;
    world.advance(7 * DAY - 1);
    let mut token = world.rotate(&world.first).await;
    world.advance(7 * DAY);
    let refused = world.refresh(&token, &home()).await;
    assert!(matches!(
        refused,
        Err(RefreshError::Ended {
            reason: FamilyEndReason::Idle,
            ..
        })
    ));

    let world = World::new().await;
    token = world.first.clone();
    for _ in 0..5 {
        world.advance(6 * DAY - 1);
        token = world.rotate(&token).await;
    }
    let row = family::one(&world.test.authority, world.family_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.expires_at, row.ends_at, "never past the absolute end");
    world.advance(5);
    let refused = world.refresh(&token, &home()).await;
    assert!(matches!(
        refused,
        Err(RefreshError::Ended {
            reason: FamilyEndReason::Expired,
            ..
        })
    ));
    assert!(world.incidents().await.is_empty());
}

#[tokio::test]
async fn i08_who_was_verified_a_moment_ago_may_not_act_for_a_family_that_is_past_a_limit() {
    const DAY: u64 = 24 * 60 * 60;
    for (days, expected) in [(7, FamilyEndReason::Idle), (30, FamilyEndReason::Expired)] {
        let world = World::new().await;
        let authority = world.test.authority.clone();
        let issued = world.refresh(&world.first, &home()).await.unwrap().issued;
        let now = authority.now();
        let verified = access_token::verify(&authority, &issued.access_token.text, now)
            .await
            .unwrap();
        world.advance(days * DAY - 1);
        let check = family::check(&authority, &verified, &home()).await.unwrap();
        let is_live = matches!(check, family::Check::Live { .. });
        assert_eq!(is_live, expected == FamilyEndReason::Idle, "{check:?}");
        world.advance(1);
        let check = family::check(&authority, &verified, &home()).await.unwrap();
        assert_eq!(check, family::Check::Ended { reason: expected });
    }
}

#[tokio::test]
async fn i06_families_of_one_user_live_and_die_alone() {
    let world = World::new().await;
    let other = open(&world.test, world.user_id, None, &stranger()).await;
    let second = world.rotate(&world.first).await;
    world.rotate(&second).await;
    world.advance(60);
    assert!(
        reused(&world.refresh(&world.first, &stranger()).await).is_some(),
        "one family ends"
    );
    world
        .expect(&other.refresh_token, &stranger(), RefreshOutcome::Rotated)
        .await;
}

#[tokio::test]
async fn i04_nothing_is_minted_for_a_user_who_was_disabled_beside_it() {
    let world = World::new().await;
    let administrator = world.test.signed_in(Role::Administrator).await;
    latchkey_authority::user::disable(
        &world.test.authority,
        &administrator,
        world.user_id,
        &home(),
    )
    .await
    .unwrap();
    let refused = world.refresh(&world.first, &home()).await;
    assert!(matches!(
        refused,
        Err(RefreshError::Ended {
            reason: FamilyEndReason::UserDisabled,
            ..
        })
    ));
}

#[tokio::test]
async fn i05_a_copy_of_the_tables_makes_no_token() {
    let world = World::new().await;
    // Whoever copies the tables has every column, and keys of their own.
    let other_keys = latchkey_authority::master_key::MasterKeys::parse(
        "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBE",
    )
    .unwrap();
    let attacker = world.test.node(other_keys, 9);
    let home = home();
    let refused = family::refresh(&attacker, &world.first, &presenter(&home)).await;
    assert!(matches!(refused, Err(RefreshError::UnknownKey)));
}

#[tokio::test]
async fn an_access_token_acts_for_its_own_family_alone() {
    let test = TestAuthority::new().await;
    let user_id = test.user(Role::User).await;
    let issued = open(&test, user_id, None, &home()).await;
    let principal = latchkey_authority::principal::Principal {
        credential: Credential::Family(issued.family_id),
        ..test.signed_in(Role::User).await
    };
    // Of somebody else: the family is not theirs.
    let refused = family::end::own(&test.authority, &principal, issued.family_id, &home()).await;
    assert!(matches!(
        refused,
        Err(latchkey_authority::ActError::SignedOut)
    ));
}
