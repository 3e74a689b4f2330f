//! Master keys are replaced while what older ones made goes on being verified.

use latchkey_authority::{
    audit::{self, AuditEvent, Finding, Report},
    master_key::MasterKeys,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::EventKind;

use crate::support::column;

/// The key of the tests, and one that comes after it.
const OLD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
const NEW: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA";

fn keys(list: &str) -> MasterKeys {
    MasterKeys::parse(list).unwrap()
}

async fn three_sealed_events(authority: &latchkey_authority::Authority) {
    for _ in 0..3 {
        let event = AuditEvent::failure(EventKind::SignIn, "wrong_password", &caller());
        audit::record(authority, event).await.unwrap();
    }
    audit::seal(authority).await.unwrap();
}

#[tokio::test]
async fn i09_events_of_an_older_key_verify_while_it_is_in_the_list() {
    let test = TestAuthority::new().await;
    assert_eq!(test.authority.keys().current_id(), keys(OLD).current_id());
    three_sealed_events(&test.authority).await;
    let rotated = test.node(keys(&format!("{NEW},{OLD}")), 7);
    assert_eq!(
        audit::verify(&rotated).await.unwrap(),
        Report {
            events: 3,
            ..Report::default()
        }
    );

    three_sealed_events(&rotated).await;

    let database = &test.database.connection;
    let ids: Vec<String> = column(
        database,
        "SELECT key_id AS value FROM audit_events ORDER BY seq",
    )
    .await;
    let (old, new) = (keys(OLD), keys(NEW));
    let expected = [old.current_id(), new.current_id()]
        .map(|id| [id; 3])
        .concat();
    assert_eq!(ids, expected);
    assert_eq!(
        audit::verify(&rotated).await.unwrap(),
        Report {
            events: 6,
            ..Report::default()
        },
        "one chain over both keys"
    );
}

#[tokio::test]
async fn i09_events_of_a_key_that_is_gone_are_told_as_such() {
    let test = TestAuthority::new().await;
    three_sealed_events(&test.authority).await;
    let rotated = test.node(keys(&format!("{NEW},{OLD}")), 7);
    three_sealed_events(&rotated).await;

    let forgetful = test.node(keys(NEW), 8);
    let report = audit::verify(&forgetful).await.unwrap();
    assert_eq!(report.events, 6);
    let unknown = Finding::KeyUnknown {
        key_id: keys(OLD).current_id().to_owned(),
    };
    // Said once of each key, however many events it made; nothing is said to be changed.
    assert_eq!(report.findings, [unknown]);

    // Somebody who has never seen the new key.
    let report = audit::verify(&test.authority).await.unwrap();
    let unknown = Finding::KeyUnknown {
        key_id: keys(NEW).current_id().to_owned(),
    };
    assert_eq!(report.findings, [unknown]);
}
