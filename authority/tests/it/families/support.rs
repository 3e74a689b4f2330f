use std::net::IpAddr;

use latchkey_authority::{
    AuthorityTx, FamilyPolicy, Lock,
    audit::AuditEvent,
    caller::{Agent, Caller},
    family::{self, Issued, NewFamily, Presenter, RefreshError, Refreshed},
    incident::{self, IncidentFilter, IncidentRow},
    key,
    page::MAX_LIMIT,
    signal::Signals,
};
use latchkey_testing::{TestAuthority, caller};
use latchkey_types::{
    EventKind, FamilyEndReason, FamilyId, RefreshOutcome, Role, SessionId, SignInMethod, Transport,
    UserId,
};

use crate::support::{execute, id};

/// A user with one family, and the callers that present its tokens.
pub(crate) struct World {
    pub(crate) test: TestAuthority,
    pub(crate) user_id: UserId,
    pub(crate) family_id: FamilyId,
    /// The first refresh token.
    pub(crate) first: String,
}

/// The device that signed in: Firefox on Linux at 192.0.2.1.
pub(crate) fn home() -> Caller {
    caller()
}

/// The same device in another network.
pub(crate) fn away() -> Caller {
    Caller {
        address: Some(IpAddr::from([198, 51, 100, 7])),
        ..caller()
    }
}

/// Another device in another network.
pub(crate) fn stranger() -> Caller {
    Caller {
        address: Some(IpAddr::from([203, 0, 113, 9])),
        user_agent: "Mozilla/5.0 (Windows NT 10.0) Chrome/128.0".to_owned(),
        agent: Agent {
            browser: "Chrome".to_owned(),
            system: "Windows 10".to_owned(),
            device: "desktop".to_owned(),
        },
        request_id: "strange-request".to_owned(),
    }
}

/// A back end that says nothing of itself.
pub(crate) fn back_end() -> Caller {
    Caller {
        user_agent: "node".to_owned(),
        agent: Agent::default(),
        ..caller()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_policy(FamilyPolicy::default()).await
    }

    pub(crate) async fn with_policy(policy: FamilyPolicy) -> Self {
        Self::opened_by(policy, &home()).await
    }

    pub(crate) async fn opened_by(policy: FamilyPolicy, caller: &Caller) -> Self {
        let test = TestAuthority::with_policy(policy).await;
        let user_id = test.user(Role::User).await;
        let issued = open(&test, user_id, None, caller).await;
        Self {
            family_id: issued.family_id,
            first: issued.refresh_token.to_string(),
            user_id,
            test,
        }
    }

    pub(crate) async fn refresh(
        &self,
        token: &str,
        caller: &Caller,
    ) -> Result<Refreshed, RefreshError> {
        let presenter = presenter(caller);
        family::refresh(&self.test.authority, token, &presenter).await
    }

    /// Refreshes, and expects this outcome; gives the next token.
    pub(crate) async fn expect(
        &self,
        token: &str,
        caller: &Caller,
        outcome: RefreshOutcome,
    ) -> String {
        let refreshed = self.refresh(token, caller).await.unwrap();
        assert_eq!(refreshed.outcome, outcome);
        refreshed.issued.refresh_token.to_string()
    }

    pub(crate) async fn rotate(&self, token: &str) -> String {
        self.expect(token, &home(), RefreshOutcome::Rotated).await
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.test
            .clock
            .advance(std::time::Duration::from_secs(seconds));
    }

    /// Loses every rotation past a generation, as when a replica that lags behind takes over.
    pub(crate) async fn lose_past(&self, generation: i64) {
        let connection = &self.test.database.connection;
        let family = id(connection, self.family_id.as_uuid());
        for sql in [
            format!(
                "DELETE FROM rotations WHERE generation > {generation} AND family_id = {family}"
            ),
            format!("UPDATE families SET generation = {generation} WHERE family_id = {family}"),
        ] {
            execute(connection, &sql).await;
        }
    }

    pub(crate) async fn end_reason(&self) -> Option<FamilyEndReason> {
        family::one(&self.test.authority, self.family_id)
            .await
            .unwrap()
            .unwrap()
            .ended
            .map(|ended| ended.reason)
    }

    pub(crate) async fn incidents(&self) -> Vec<IncidentRow> {
        incident::list(
            &self.test.authority,
            &IncidentFilter::default(),
            None,
            MAX_LIMIT,
        )
        .await
        .unwrap()
        .items
    }
}

pub(crate) fn presenter(caller: &Caller) -> Presenter<'_> {
    Presenter {
        client_id: None,
        key_thumbprint: None,
        caller,
    }
}

/// Opens a family as a sign-in does.
pub(crate) async fn open(
    test: &TestAuthority,
    user_id: UserId,
    session_id: Option<SessionId>,
    caller: &Caller,
) -> Issued {
    key::load(&test.authority).await.unwrap();
    let mut tx = AuthorityTx::begin(&test.authority).await.unwrap();
    tx.lock_users(&[(user_id, Lock::Shared)]).await.unwrap();
    let new = NewFamily {
        user_id,
        proved: SignInMethod::Password.into(),
        transport: Transport::Body,
        session_id,
        client_id: None,
        key_thumbprint: None,
        caller,
    };
    let issued = family::open(&tx, new).await.unwrap();
    let event = AuditEvent::success(EventKind::SignIn, caller)
        .subject(user_id)
        .family(issued.family_id);
    tx.commit([event], Signals::Nothing).await.unwrap();
    issued
}
