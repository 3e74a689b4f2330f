//! The tokens that recorded requests stand for.

use std::time::Duration;

use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use latchkey_authority::{
    access_token::{self, Grant},
    caller::Caller,
    principal::Actor,
    user,
};
use latchkey_types::{Role, UnixMillis};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NEW_PASSWORD, PASSWORD, client};
use crate::app::TestApp;

const DAY: Duration = Duration::from_hours(24);

/// Puts tokens where a recording has `<…>`.
pub(super) struct Tokens<'a> {
    app: &'a TestApp,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(app: &'a TestApp) -> Self {
        Self { app }
    }

    pub(super) async fn fill(&mut self, text: &str) -> String {
        let mut text = text
            .replace("<password>", PASSWORD)
            .replace("<new password>", NEW_PASSWORD)
            .replace("<other password>", "another one than that");
        while let Some((before, rest)) = text.split_once('<') {
            let (name, after) = rest.split_once('>').expect("a placeholder");
            let token = self.token(name).await;
            text = format!("{before}{token}{after}");
        }
        text
    }

    async fn token(&mut self, name: &str) -> String {
        match name {
            "refresh" => self.pair("alice").await.0,
            "access" => self.pair("alice").await.1,
            "expired refresh" => {
                let (refresh, _) = self.pair("alice").await;
                self.app.clock.advance(7 * DAY);
                refresh
            }
            "expired access" => {
                let (_, access) = self.pair("alice").await;
                self.app.clock.advance(Duration::from_mins(15));
                access
            }
            "blacklisted refresh" => {
                let (refresh, _) = self.pair("alice").await;
                self.post("/api/token/blacklist/", &json!({ "refresh": refresh }))
                    .await;
                refresh
            }
            "refresh of somebody disabled" => {
                let user_id = self.app.user("bert", Role::User).await;
                let (refresh, _) = self.pair("bert").await;
                let caller = Caller::program("test");
                user::disable(self.app.authority(), Actor::Operator, user_id, &caller)
                    .await
                    .unwrap();
                refresh
            }
            "access of nobody" => self.of_nobody().await,
            "unsigned" => jwt(&json!({ "alg": "none" }), ""),
            "without exp" => jwt(&json!({ "alg": "HS256" }), &"A".repeat(43)),
            // A secret of another run means nothing here.
            other => format!("x{other}"),
        }
    }

    async fn pair(&self, username: &str) -> (String, String) {
        let body = json!({ "username": username, "password": PASSWORD });
        let pair = self.post("/api/token/", &body).await;
        let text = |name: &str| pair[name].as_str().expect("a token").to_owned();
        (text("refresh"), text("access"))
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let headers = [("content-type", "application/json")];
        client(self.app)
            .send(Method::POST, path, &headers, Body::from(body.to_string()))
            .await
            .json()
    }

    async fn of_nobody(&self) -> String {
        let authority = self.app.authority();
        let now = authority.now();
        let grant = Grant {
            user_id: latchkey_types::UserId::from_uuid(Uuid::from_u128(1)),
            family_id: latchkey_types::FamilyId::from_uuid(Uuid::from_u128(2)),
            generation: 0,
            client_id: None,
            ends_at: UnixMillis(now.0 + 3_600_000),
        };
        let token = access_token::mint(authority, &grant, now).await.unwrap();
        token.text.to_string()
    }
}

fn jwt(header: &Value, signature: &str) -> String {
    let claims = json!({ "token_type": "refresh", "jti": "x", "user_id": "1" });
    format!(
        "{}.{}.{signature}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    )
}
