//! The ninth invariant: every event stands on the record with its MAC, and what is personal in it
//! can be erased.

use latchkey_authority::{
    audit::{self, AuditEvent, AuditFilter, Report, day_counts},
    session::end,
};
use latchkey_testing::{Snapshot, TestAuthority, caller, refuse_writes};
use latchkey_types::{EventKind, Outcome, Role};

use crate::support::{Deed, World, column, count, execute, id};

#[tokio::test]
async fn i09_every_event_has_its_mac_its_commitment_and_its_key() {
    let world = World::new(Role::Administrator).await;
    Deed::Disable.run(&world, &world.actor).await.unwrap();
    Deed::SetRole.run(&world, &world.actor).await.unwrap();
    let authority = &world.test.authority;
    audit::record(
        authority,
        AuditEvent::failure(EventKind::SignIn, "wrong_password", &caller()).identifier("alice"),
    )
    .await
    .unwrap();
    let database = world.database();
    let all = count(database, "audit_events").await;
    assert!(all > 10);
    let key = authority.keys().current_id();
    let complete = format!(
        "audit_events WHERE length(mac) = 32 AND length(commitment) = 32 AND key_id = '{key}'"
    );
    assert_eq!(count(database, &complete).await, all);
    let macs: Vec<Vec<u8>> =
        column(database, "SELECT DISTINCT mac AS value FROM audit_events").await;
    assert_eq!(macs.len() as u64, all.unsigned_abs(), "no two are alike");
    let personal =
        "audit_events e JOIN audit_personal p ON p.seq = e.seq WHERE length(p.salt) = 16";
    assert_eq!(count(database, personal).await, all);

    while audit::seal(authority).await.unwrap() > 0 {}
    assert_eq!(
        audit::verify(authority).await.unwrap(),
        Report {
            events: all.unsigned_abs(),
            ..Report::default()
        }
    );
}

#[tokio::test]
async fn i09_a_refusal_stands_on_the_record_with_what_was_typed() {
    let test = TestAuthority::new().await;
    let event = AuditEvent::failure(EventKind::SignIn, "unknown_user", &caller())
        .identifier("nobody@example");
    audit::record(&test.authority, event).await.unwrap();
    let page = audit::list(&test.authority, &AuditFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    let row = &page.items[0];
    assert_eq!(row.kind, EventKind::SignIn);
    assert_eq!(row.outcome, Outcome::Failure);
    assert_eq!(row.reason.as_deref(), Some("unknown_user"));
    assert_eq!(row.at, test.authority.now());
    assert_eq!(row.address.as_deref(), Some("192.0.2.1"));
    assert_eq!(row.identifier.as_deref(), Some("nobody@example"));
    assert_eq!(row.request_id.as_deref(), Some("test-request"));
    assert!(row.user_agent.as_deref().unwrap().contains("Firefox"));
    assert_eq!((row.actor, row.subject, row.session), (None, None, None));
}

#[tokio::test]
async fn i09_a_long_identifier_and_user_agent_are_cut() {
    let test = TestAuthority::new().await;
    let mut caller = caller();
    caller.user_agent = "é".repeat(1_000);
    let event = AuditEvent::failure(EventKind::SignIn, "unknown_user", &caller)
        .identifier(&"ü".repeat(1_000));
    audit::record(&test.authority, event).await.unwrap();
    let page = audit::list(&test.authority, &AuditFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(page.items[0].identifier.as_deref().unwrap().len(), 254);
    assert_eq!(page.items[0].user_agent.as_deref().unwrap().len(), 512);
    while audit::seal(&test.authority).await.unwrap() > 0 {}
    assert_eq!(audit::verify(&test.authority).await.unwrap().findings, []);
}

#[tokio::test]
async fn i09_an_event_that_is_refused_leaves_no_half_of_itself() {
    let test = TestAuthority::new().await;
    let database = &test.database.connection;
    refuse_writes(database, "audit_personal").await;
    let before = Snapshot::of(database).await;
    let event = AuditEvent::failure(EventKind::SignIn, "unknown_user", &caller());
    audit::record(&test.authority, event).await.unwrap_err();
    assert_eq!(Snapshot::of(database).await, before);
}

#[tokio::test]
async fn i09_erasing_a_person_breaks_no_seal() {
    let world = World::new(Role::Administrator).await;
    Deed::EndAllOfUser.run(&world, &world.actor).await.unwrap();
    let authority = &world.test.authority;
    while audit::seal(authority).await.unwrap() > 0 {}
    let before = audit::verify(authority).await.unwrap();
    assert_eq!((before.erased, before.findings.len()), (0, 0));

    // The record is append-only, its personal part is not: no trigger has to be taken away.
    let database = world.database();
    let target = id(database, world.target.as_uuid());
    let of_target = format!("audit_personal WHERE subject_id = {target}");
    let rows = count(database, &of_target).await;
    assert_eq!(rows, 4, "made, signed in twice, signed out");
    execute(database, &format!("DELETE FROM {of_target}")).await;

    let after = audit::verify(authority).await.unwrap();
    assert_eq!(after.findings, []);
    assert_eq!(after.erased, rows.unsigned_abs());
    assert_eq!(after.events, before.events);
    let filter = AuditFilter {
        users: Some(vec![world.target]),
        ..AuditFilter::default()
    };
    let page = audit::list(authority, &filter, None, 10).await.unwrap();
    assert_eq!(page.items.len(), 4);
    for row in page.items {
        assert_eq!(
            (row.address, row.user_agent, row.identifier),
            (None, None, None)
        );
    }
}

#[tokio::test]
async fn i09_what_is_personal_stands_beside_the_events_and_nowhere_else() {
    let test = TestAuthority::new().await;
    let mut caller = caller();
    caller.address = Some("203.0.113.77".parse().unwrap());
    caller.user_agent = "Lynx/2.9".to_owned();
    let event =
        AuditEvent::failure(EventKind::SignIn, "unknown_user", &caller).identifier("bob@example");
    audit::record(&test.authority, event).await.unwrap();
    while audit::seal(&test.authority).await.unwrap() > 0 {}
    let database = &test.database.connection;
    let personal = ["203.0.113.77", "Lynx/2.9", "bob@example"];
    let stands = |snapshot: &Snapshot, wanted: &str| {
        let mut values = snapshot.values();
        values.any(|value| value.contains(wanted))
    };
    let before = Snapshot::of(database).await;
    assert!(personal.iter().all(|wanted| stands(&before, wanted)));
    execute(database, "DELETE FROM audit_personal").await;
    let after = Snapshot::of(database).await;
    for wanted in personal {
        assert!(!stands(&after, wanted), "{wanted} outlives its erasure");
    }
}

#[tokio::test]
async fn i09_what_is_personal_in_a_renewal_belongs_to_its_user() {
    let test = TestAuthority::new().await;
    let principal = test.signed_in(Role::User).await;
    let cookie = latchkey_authority::session::Cookie::from_bytes([1; 16]);
    latchkey_authority::session::bind(&test.authority, principal.session_id().unwrap(), cookie)
        .await
        .unwrap();
    latchkey_authority::session::unbind(&test.authority, cookie, &caller())
        .await
        .unwrap();
    end::own(
        &test.authority,
        &principal,
        principal.session_id().unwrap(),
        &caller(),
    )
    .await
    .unwrap();
    let database = &test.database.connection;
    let renewals = "audit_events WHERE kind = 'session.renewed'";
    assert_eq!(count(database, renewals).await, 1);
    let unowned = "audit_personal WHERE subject_id IS NULL";
    assert_eq!(count(database, unowned).await, 0);
}

#[tokio::test]
async fn sign_ins_of_the_last_day_are_counted_by_outcome() {
    let test = TestAuthority::new().await;
    let day = std::time::Duration::from_hours(24);
    let failure = || AuditEvent::failure(EventKind::SignIn, "wrong_password", &caller());
    audit::record(&test.authority, failure()).await.unwrap();
    test.clock
        .advance(day + std::time::Duration::from_millis(1));
    test.signed_in(Role::User).await;
    for _ in 0..3 {
        audit::record(&test.authority, failure()).await.unwrap();
    }
    let counts = day_counts(&test.authority).await.unwrap();
    assert_eq!((counts.sign_ins.0, counts.failures.0), (1, 3));
}
