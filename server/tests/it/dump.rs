//! A copy of the database, tried value by value at every door, opens none.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use latchkey_authority::{caller::Caller, principal::Actor};
use latchkey_identity::{
    invitation::{self, Invite},
    setup,
};
use latchkey_testing::Snapshot;
use latchkey_types::Role;

use crate::app::TestApp;

/// A stored value in every spelling in which a door might take it.
fn spellings(value: &str) -> Vec<String> {
    let mut spellings = vec![value.to_owned()];
    let bytes: Option<Vec<u8>> = (0..value.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(value.get(at..at + 2)?, 16).ok())
        .collect();
    for bytes in [Some(value.as_bytes().to_vec()), bytes]
        .into_iter()
        .flatten()
    {
        spellings.push(URL_SAFE_NO_PAD.encode(&bytes));
        spellings.push(STANDARD.encode(&bytes));
        if let Some(half) = bytes.get(..16) {
            spellings.push(URL_SAFE_NO_PAD.encode(half));
        }
    }
    spellings.retain(|spelling| {
        spelling.len() <= 1_024 && spelling.bytes().all(|byte| byte.is_ascii_graphic())
    });
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

#[tokio::test]
async fn i05_a_dump_opens_nothing_as_cookie_code_or_password() {
    // Limits off: it is the values that must not open, not the patience of the server.
    let app = TestApp::with(&[("rate_limit", "off")]).await;
    let code = setup::issue_code(app.state.identity()).await.unwrap();
    assert!(code.is_some());
    for username in [None, Some("waiting")] {
        let new = Invite {
            username,
            email: None,
            role: Role::Administrator,
            caller: &Caller::program("test"),
        };
        let identity = app.state.identity();
        match username {
            None => invitation::invite(identity, Actor::Operator, new).await,
            Some(_) => invitation::create(identity, Actor::Operator, new).await,
        }
        .unwrap();
    }
    app.user("ann", Role::User).await;
    let mut ann = app.signed_in("ann").await;
    ann.get("/account").await;
    app.signed_in("ann").await.post("/logout", &[]).await;
    app.browser().sign_in("ann", "a wrong password").await;
    let authority = app.authority();
    authority.last_seen().flush(authority).await.unwrap();

    let snapshot = Snapshot::of(&app.database.connection).await;
    let mut values: Vec<&str> = snapshot.values().collect();
    values.sort_unstable();
    values.dedup();
    assert!(values.len() > 40, "{}", values.len());
    for value in values {
        for spelling in spellings(value) {
            for cookie in ["__Host-latchkey", "__Host-latchkey-device"] {
                let mut thief = app.browser();
                thief.cookies.insert(cookie.to_owned(), spelling.clone());
                assert_eq!(
                    thief.get("/account").await.status,
                    303,
                    "{cookie}={spelling}"
                );
            }
            let mut thief = app.browser();
            thief
                .cookies
                .insert("__Host-latchkey-setup".to_owned(), spelling.clone());
            assert_eq!(thief.get("/setup").await.status, 403, "{spelling}");
            let mut thief = app.browser();
            thief
                .cookies
                .insert("__Host-latchkey-invitation".to_owned(), spelling.clone());
            assert_eq!(thief.get("/invitation").await.status, 403, "{spelling}");
        }
        if !value.is_empty() {
            let reply = app.browser().sign_in("ann", value).await;
            assert_eq!(reply.status, 401, "{value}");
        }
    }
    assert_eq!(ann.get("/account").await.status, 200);
}
