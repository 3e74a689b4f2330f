//! The twelfth invariant: the record is read in pages by row number.

use latchkey_authority::{
    Authority,
    audit::{self, AuditEvent, AuditFilter, AuditRow},
    page::{Cursor, Page},
    session::end,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{EventKind, Outcome, Role, UserId};

/// Every page of the record, one after the other, through the text of each cursor.
async fn all_events(authority: &Authority, filter: &AuditFilter) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page: Page<AuditRow> = audit::list(authority, filter, cursor, 7).await.unwrap();
        rows.extend(page.items);
        match page.next {
            None => return rows,
            Some(next) => cursor = Some(Cursor::parse(&next.encode()).unwrap()),
        }
    }
}

#[tokio::test]
async fn i12_the_record_is_listed_by_who_what_outcome_and_address() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let target = test.signed_in(Role::User).await;
    end::all_of_user(&test.authority, &administrator, target.user_id, &caller())
        .await
        .unwrap();
    let mut elsewhere = caller();
    elsewhere.address = Some("2001:db8::7".parse().unwrap());
    for _ in 0..20 {
        let event = AuditEvent::failure(EventKind::SignIn, "wrong_password", &elsewhere)
            .subject(target.user_id);
        audit::record(&test.authority, event).await.unwrap();
    }
    let everything = all_events(&test.authority, &AuditFilter::default()).await;
    assert_eq!(everything.len(), 25);
    assert!(everything.is_sorted_by(|newer, older| newer.seq > older.seq));

    let users = |users: &[UserId]| AuditFilter {
        users: Some(users.to_vec()),
        ..AuditFilter::default()
    };
    let of_address = |address: &str| AuditFilter {
        address: Some(address.to_owned()),
        ..AuditFilter::default()
    };
    for (filter, expected) in [
        (users(&[]), 0),
        // Made, signed in, and did something to another one.
        (users(&[administrator.user_id]), 3),
        (users(&[target.user_id]), 23),
        (users(&[administrator.user_id, target.user_id]), 25),
        (
            AuditFilter {
                kind: Some(EventKind::SignIn),
                ..AuditFilter::default()
            },
            22,
        ),
        (
            AuditFilter {
                outcome: Some(Outcome::Success),
                ..AuditFilter::default()
            },
            5,
        ),
        (of_address("2001:db8::7"), 20),
        (of_address("203.0.113.3"), 0),
        (
            AuditFilter {
                users: Some(vec![target.user_id]),
                kind: Some(EventKind::SignIn),
                outcome: Some(Outcome::Success),
                address: Some("192.0.2.1".to_owned()),
                ..AuditFilter::default()
            },
            1,
        ),
    ] {
        let listed = all_events(&test.authority, &filter).await;
        assert_eq!(listed.len(), expected, "{filter:?}");
    }
}
