//! Everything that the use cases write comes back as it was written: the tables have the columns
//! that this crate thinks they have.

use latchkey_authority::{
    audit::{self, AuditFilter},
    session::{self, Cookie, Ended, end},
    user,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{EndReason, EventKind, Outcome, Role, SignInMethod};

#[tokio::test]
async fn a_session_reads_back_with_every_field() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let created = test.authority.now();
    let target = test.signed_in(Role::User).await;
    assert_eq!(target.method, SignInMethod::Password);
    assert_eq!(target.proved_at, created);
    let cookie = Cookie::from_bytes([1; 16]);
    assert!(
        session::bind(&test.authority, target.session_id().unwrap(), cookie)
            .await
            .unwrap()
    );
    session::unbind(&test.authority, cookie, &caller())
        .await
        .unwrap();
    test.clock.advance(std::time::Duration::from_mins(1));
    end::as_administrator(
        &test.authority,
        &administrator,
        target.session_id().unwrap(),
        &caller(),
    )
    .await
    .unwrap();

    let row = session::one(&test.authority, target.session_id().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.session_id, target.session_id().unwrap());
    assert_eq!(row.user_id, target.user_id);
    assert_eq!((row.created_at, row.last_seen_at), (created, created));
    assert_eq!(
        row.expires_at,
        created.after(test.authority.policy().session.absolute)
    );
    assert_eq!(row.method, SignInMethod::Password);
    assert_eq!(row.address, "192.0.2.1");
    assert_eq!(row.network, "192.0.2.0/24");
    assert_eq!(row.last_address, "192.0.2.1");
    assert_eq!(row.user_agent, caller().user_agent);
    assert_eq!(
        [row.browser, row.system, row.device],
        ["Firefox", "Linux", "desktop"]
    );
    assert_eq!(
        row.ended,
        Some(Ended {
            at: test.authority.now(),
            reason: EndReason::EndedByAdministrator,
            by: Some(administrator.user_id),
        })
    );
}

#[tokio::test]
async fn a_user_reads_back_with_every_field() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let created = test.authority.now();
    let user_id = test.user(Role::Auditor).await;
    test.clock.advance(std::time::Duration::from_mins(1));
    user::disable(&test.authority, &administrator, user_id, &caller())
        .await
        .unwrap();
    let row = user::one(&test.authority, user_id).await.unwrap().unwrap();
    assert_eq!((row.user_id, row.role), (user_id, Role::Auditor));
    assert_eq!(row.created_at, created);
    assert_eq!(row.disabled_at, Some(test.authority.now()));
    assert_eq!(row.disabled_by, Some(administrator.user_id));
    let many = user::many(&test.authority, &[user_id]).await.unwrap();
    assert_eq!(many, [row]);
}

#[tokio::test]
async fn an_event_reads_back_with_every_field() {
    let test = TestAuthority::new().await;
    let administrator = test.signed_in(Role::Administrator).await;
    let target = test.signed_in(Role::User).await;
    end::as_administrator(
        &test.authority,
        &administrator,
        target.session_id().unwrap(),
        &caller(),
    )
    .await
    .unwrap();
    let filter = AuditFilter {
        kind: Some(EventKind::SessionEnded),
        ..AuditFilter::default()
    };
    let page = audit::list(&test.authority, &filter, None, 10)
        .await
        .unwrap();
    let row = &page.items[0];
    assert_eq!(row.at, test.authority.now());
    assert_eq!(row.outcome, Outcome::Success);
    assert_eq!(row.reason.as_deref(), Some("ended_by_administrator"));
    assert_eq!(row.actor, Some(administrator.user_id));
    assert_eq!(row.subject, Some(target.user_id));
    assert_eq!(row.session, Some(target.session_id().unwrap()));
    assert_eq!(row.request_id.as_deref(), Some("test-request"));
    assert_eq!(row.detail, None);
}
