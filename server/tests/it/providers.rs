//! Signing in through providers: a real one on loopback says who somebody is.

mod connections;
mod fresh_proof;
mod github;
mod google_call;
mod pre_hijacking;
mod refused;
mod sign_in;
mod state;

use latchkey_authority::audit::{self, AuditFilter, AuditRow};
use latchkey_types::EventKind;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    browser::{Browser, Reply},
    openid::OpenId,
};

/// A server that offers a provider as Google.
pub(crate) async fn with_google(more: &[(&str, &str)]) -> (TestApp, OpenId) {
    let provider = OpenId::start().await;
    let google = provider.as_google();
    let mut settings: Vec<(&str, &str)> = google
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    settings.push(("sign_up", "open"));
    settings.extend_from_slice(more);
    (TestApp::with(&settings).await, provider)
}

/// A server that offers a provider among others, as `acme`.
pub(crate) async fn with_acme(more: &Value) -> (TestApp, OpenId) {
    let provider = OpenId::start().await;
    let (name, value) = provider.as_acme(more);
    let settings = [(name, value.as_str()), ("sign_up", "open")];
    (TestApp::with(&settings).await, provider)
}

/// Sets out, says yes, and comes back.
pub(crate) async fn go_through(
    browser: &mut Browser,
    provider: &OpenId,
    id: &str,
    claims: &Value,
) -> Reply {
    go_by(browser, provider, &format!("/auth/{id}"), claims).await
}

/// The same by a link of one's own.
async fn go_by(browser: &mut Browser, provider: &OpenId, link: &str, claims: &Value) -> Reply {
    let led_to = browser.get(link).await;
    assert_eq!(led_to.status, 303, "{}", led_to.body);
    let led_back = provider.consent(led_to.location(), claims);
    browser.get(&led_back).await
}

/// The same for somebody who connects.
pub(crate) async fn connect(
    browser: &mut Browser,
    provider: &OpenId,
    id: &str,
    claims: &Value,
) -> Reply {
    let led_to = set_out_to_connect(browser, id).await;
    let led_back = provider.consent(&led_to, claims);
    browser.get(&led_back).await
}

async fn set_out_to_connect(browser: &mut Browser, id: &str) -> String {
    let led_to = browser
        .post(&format!("/account/connections/{id}/link"), &[])
        .await;
    assert_eq!(led_to.status, 200, "{}", led_to.body);
    let address = led_to.header("refresh").strip_prefix("0;url=").unwrap();
    assert!(led_to.body.contains("Continue</a>"), "{}", led_to.body);
    address.to_owned()
}

async fn me(browser: &mut Browser) -> Value {
    let reply = browser.get("/api/me").await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

/// How many rows a table has.
async fn count(app: &TestApp, table: &str) -> i64 {
    let database = &app.database.connection;
    let sql = format!("SELECT count(*) AS n FROM {table}");
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

/// The events of a kind, the newest first.
pub(crate) async fn events(app: &TestApp, kind: EventKind) -> Vec<AuditRow> {
    let filter = AuditFilter {
        kind: Some(kind),
        ..Default::default()
    };
    let list = audit::list(app.authority(), &filter, None, 50).await;
    list.unwrap().items
}

/// Asserts that something was refused for `reason`: one event says so, nobody has an account or a
/// connection who had none, and nobody is signed in.
async fn assert_refused(app: &TestApp, browser: &Browser, reply: &Reply, reason: &str) {
    assert!(reply.status >= 400, "{reason}: {}", reply.status);
    assert_eq!(browser.session(), None, "{reason}");
    let refusals = events(app, EventKind::IdentityRefused).await;
    assert_eq!(refusals.len(), 1, "{reason}");
    assert_eq!(refusals[0].reason.as_deref(), Some(reason));
    assert_eq!(count(app, "users").await, 0, "{reason}");
    assert_eq!(count(app, "identities").await, 0, "{reason}");
    assert_eq!(count(app, "audit_events").await, 1, "{reason}");
}

/// Claims of somebody whose address Google is no authority for.
fn outside(email: &str) -> Value {
    json!({ "email": email, "email_verified": true })
}

/// The same, of an organisation that Google hosts.
fn hosted(email: &str) -> Value {
    json!({ "email": email, "email_verified": true, "hd": "example.com" })
}
