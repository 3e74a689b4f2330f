//! Programs that hold tokens: they sign in, refresh, and are robbed.

use std::{net::IpAddr, time::Duration};

use latchkey_authority::{
    AuthorityTx, Lock,
    audit::AuditEvent,
    caller::{Agent, Caller},
    family::{self, Issued, NewFamily, Presenter, RefreshError},
    incident::{self, IncidentFilter},
    key,
    signal::Signals,
};
use latchkey_types::{EventKind, FamilyId, IncidentId, SignInMethod, Transport, UserId};

use crate::app::TestApp;

/// One program, with the token that it holds.
pub(crate) struct Program {
    pub(crate) family_id: FamilyId,
    pub(crate) token: String,
    pub(crate) caller: Caller,
}

/// A program in Firefox on Linux, as a user's own.
pub(crate) fn home() -> Caller {
    from([192, 0, 2, 41], "Firefox", "Linux", "desktop")
}

/// A program that has no business with a token.
pub(crate) fn thief() -> Caller {
    from([203, 0, 113, 154], "curl", "", "program")
}

pub(crate) fn from(address: [u8; 4], browser: &str, system: &str, device: &str) -> Caller {
    Caller {
        address: Some(IpAddr::from(address)),
        user_agent: format!("{browser}/1.0"),
        agent: Agent {
            browser: browser.to_owned(),
            system: system.to_owned(),
            device: device.to_owned(),
        },
        request_id: "request-of-a-program".to_owned(),
    }
}

impl Program {
    /// Signs a program in.
    pub(crate) async fn of(app: &TestApp, user_id: UserId, caller: Caller) -> Self {
        Self::named(app, user_id, caller, None).await
    }

    /// The same through a client with a name.
    pub(crate) async fn named(
        app: &TestApp,
        user_id: UserId,
        caller: Caller,
        client_id: Option<&str>,
    ) -> Self {
        key::load(app.authority()).await.unwrap();
        let mut tx = AuthorityTx::begin(app.authority()).await.unwrap();
        tx.lock_users(&[(user_id, Lock::Shared)]).await.unwrap();
        let new = NewFamily {
            user_id,
            proved: SignInMethod::Password.into(),
            transport: Transport::Body,
            session_id: None,
            client_id,
            key_thumbprint: None,
            caller: &caller,
        };
        let issued = family::open(&tx, new).await.unwrap();
        let event = AuditEvent::success(EventKind::SignIn, &caller)
            .subject(user_id)
            .family(issued.family_id);
        tx.commit([event], Signals::Nothing).await.unwrap();
        Self {
            family_id: issued.family_id,
            token: issued.refresh_token.to_string(),
            caller,
        }
    }

    /// Refreshes a quarter of an hour later, and keeps the new token; gives the old one.
    pub(crate) async fn rotate(&mut self, app: &TestApp) -> String {
        app.clock.advance(Duration::from_mins(15));
        let issued = present(app, &self.token, &self.caller).await.unwrap();
        std::mem::replace(&mut self.token, issued.refresh_token.to_string())
    }
}

/// Presents a token.
pub(crate) async fn present(
    app: &TestApp,
    token: &str,
    caller: &Caller,
) -> Result<Issued, RefreshError> {
    let presenter = Presenter {
        client_id: None,
        key_thumbprint: None,
        caller,
    };
    family::refresh(app.authority(), token, &presenter)
        .await
        .map(|refreshed| refreshed.issued)
}

/// A program of the user's whose token was stolen and used four minutes after its rotation.
pub(crate) async fn robbed(app: &TestApp, user_id: UserId) -> (Program, IncidentId) {
    let mut program = Program::of(app, user_id, home()).await;
    program.rotate(app).await;
    let stolen = program.rotate(app).await;
    app.clock.advance(Duration::from_secs(250));
    present(app, &stolen, &thief()).await.unwrap_err();
    let found = incident::list(app.authority(), &IncidentFilter::default(), None, 1)
        .await
        .unwrap();
    (program, found.items[0].incident_id)
}
