//! What Google tells of its accounts, and what follows here.

mod effects;
mod refused;

use std::sync::Arc;

use latchkey_authority::{
    AuthorityTx, Lock, Proved,
    access_token::{self, Verified},
    audit::{AuditEvent, AuditRow},
    family::{self, NewFamily},
    key,
    session::{self, NewSession},
    signal::Signals,
};
use latchkey_identity::{
    provider::{OutgoingLimits, ProviderConfig, ProviderKind, Providers},
    security_event::{self, Received, SecurityEventError},
};
use latchkey_testing::{Transmitter, caller};
use latchkey_types::{EventKind, IdentityId, SessionId, SignInMethod, Transport, UserId};
use serde_json::Value;
use uuid::Uuid;

use crate::support::TestIdentity;

/// What we are called at Google.
pub(crate) const AUDIENCE: &str = "latchkey.apps.example.com";

/// Somebody's account there.
pub(crate) const SUBJECT: &str = "110169484474386276334";

/// A server that Google tells things.
pub(crate) struct Told {
    pub(crate) test: TestIdentity,
    pub(crate) google: Transmitter,
    providers: Providers,
    transmitter: security_event::Transmitter,
}

/// Somebody with a password, who has connected their account at Google.
pub(crate) struct Connected {
    pub(crate) user_id: UserId,
    pub(crate) by_password: SessionId,
    pub(crate) by_google: SessionId,
    program_by_google: Verified,
    program_by_password: Verified,
}

impl Told {
    pub(crate) async fn new() -> Self {
        let google = Transmitter::start(AUDIENCE).await;
        let config = ProviderConfig {
            id: "google".to_owned(),
            name: "Google".to_owned(),
            kind: ProviderKind::Google,
            issuer: google.provider().to_owned(),
            client_id: AUDIENCE.to_owned(),
            client_secret: None,
            scopes: Vec::new(),
            trust_email: false,
            hosted_domains: Vec::new(),
            icon: None,
        };
        let test = TestIdentity::new().await;
        key::load(&test.test.authority).await.unwrap();
        let transmitter = security_event::Transmitter::new(
            Arc::new(config.clone()),
            &google.issuer(),
            &google.configuration(),
        );
        let providers = Providers::new(vec![config], OutgoingLimits::default()).unwrap();
        Self {
            test,
            google,
            providers,
            transmitter,
        }
    }

    /// Hands in a token.
    pub(crate) async fn hand_in(&self, token: &str) -> Result<Received, SecurityEventError> {
        security_event::receive(
            &self.test.identity,
            &self.providers,
            &self.transmitter,
            token,
            &caller(),
        )
        .await
    }

    /// Tells of one event, which is taken in.
    pub(crate) async fn tell(&self, name: &str, more: Value) {
        let token = self.google.tells(self.now(), name, SUBJECT, more);
        assert_eq!(self.hand_in(&token).await.unwrap(), Received::Now);
    }

    pub(crate) fn now(&self) -> latchkey_types::UnixMillis {
        self.test.test.authority.now()
    }

    /// Somebody who is signed in with both, in a browser and in a program.
    pub(crate) async fn connected(&self) -> Connected {
        let user_id = self.test.user("ann").await;
        let identity_id = self.connect(user_id, SUBJECT).await;
        Connected {
            user_id,
            by_password: self.session(user_id, None).await,
            by_google: self.session(user_id, Some(identity_id)).await,
            program_by_google: self.program(user_id, Some(identity_id)).await,
            program_by_password: self.program(user_id, None).await,
        }
    }

    /// Connects an account at Google to a user.
    pub(crate) async fn connect(&self, user_id: UserId, subject: &str) -> IdentityId {
        let identity_id = Uuid::from_u128(subject.parse().unwrap());
        let (identity, user) = if latchkey_testing::TestDatabase::is_postgres() {
            (format!("'{identity_id}'"), format!("'{user_id}'"))
        } else {
            let user = user_id.as_uuid();
            let blob = |id: Uuid| format!("X'{}'", id.simple());
            (blob(identity_id), blob(user))
        };
        let issuer = self.google.provider();
        self.test
            .execute(&format!(
                "INSERT INTO identities (identity_id, user_id, provider, issuer, subject, linked_at) \
                 VALUES ({identity}, {user}, 'google', '{issuer}', '{subject}', 1)"
            ))
            .await;
        IdentityId::from_uuid(identity_id)
    }

    pub(crate) async fn session(
        &self,
        user_id: UserId,
        identity_id: Option<IdentityId>,
    ) -> SessionId {
        let tx = self.signing_in(user_id).await;
        let caller = caller();
        let new = NewSession {
            user_id,
            proved: proved(identity_id),
            caller: &caller,
        };
        let session_id = session::create(&tx, new).await.unwrap();
        committed(tx, user_id).await;
        session_id
    }

    /// A program that is signed in: what its access token says.
    async fn program(&self, user_id: UserId, identity_id: Option<IdentityId>) -> Verified {
        let tx = self.signing_in(user_id).await;
        let caller = caller();
        let new = NewFamily {
            user_id,
            proved: proved(identity_id),
            transport: Transport::Body,
            session_id: None,
            client_id: None,
            key_thumbprint: None,
            caller: &caller,
        };
        let issued = family::open(&tx, new).await.unwrap();
        committed(tx, user_id).await;
        let authority = &self.test.test.authority;
        access_token::verify(authority, &issued.access_token.text, self.now())
            .await
            .unwrap()
    }

    async fn signing_in(&self, user_id: UserId) -> AuthorityTx {
        let mut tx = AuthorityTx::begin(&self.test.test.authority).await.unwrap();
        tx.lock_users(&[(user_id, Lock::Shared)]).await.unwrap();
        tx
    }

    async fn is_program_live(&self, program: &Verified) -> bool {
        let found = family::check(&self.test.test.authority, program, &caller()).await;
        matches!(found.unwrap(), family::Check::Live { .. })
    }

    /// Which of somebody's four may act, as a request would find it: browser by password, browser
    /// by Google, program by Google, program by password.
    pub(crate) async fn live(&self, of: &Connected) -> [bool; 4] {
        [
            self.test.test.is_live(of.by_password).await,
            self.test.test.is_live(of.by_google).await,
            self.is_program_live(&of.program_by_google).await,
            self.is_program_live(&of.program_by_password).await,
        ]
    }

    /// The events of this kind on the record, oldest first.
    pub(crate) async fn recorded(&self) -> Vec<AuditRow> {
        let mut rows = self.test.record().await;
        rows.retain(|row| row.kind == EventKind::SecurityEvent);
        rows.reverse();
        rows
    }

    /// Whether an account at Google is blocked here.
    pub(crate) async fn is_blocked(&self) -> bool {
        self.test.rows("identity_blocks").await > 0
    }
}

fn proved(identity_id: Option<IdentityId>) -> Proved {
    Proved {
        method: match identity_id {
            Some(_) => SignInMethod::Provider,
            None => SignInMethod::Password,
        },
        identity_id,
        at: None,
    }
}

async fn committed(tx: AuthorityTx, user_id: UserId) {
    let event = AuditEvent::success(EventKind::SignIn, &caller()).subject(user_id);
    tx.commit([event], Signals::Nothing).await.unwrap();
}
