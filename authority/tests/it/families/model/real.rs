//! The program, asked the same things as the state machine.

use std::{collections::BTreeMap, fmt, net::IpAddr, sync::Arc, time::Duration};

use latchkey_authority::{
    Authority, AuthorityTx, FamilyPolicy, Lock,
    access_token::{self, AccessTokenError},
    audit::AuditEvent,
    caller::{Agent, Caller, Place},
    clock::Clock,
    family::{self, Check, NewFamily, Presenter, RefreshError},
    key,
    page::MAX_LIMIT,
    principal::Actor,
    signal::Signals,
    user,
};
use latchkey_testing::{SeededRandomness, TestAuthority, master_keys};
use latchkey_types::{
    EventKind, FamilyEndReason, FamilyId, IncidentClass, RefreshOutcome, Role, SignInMethod,
    Transport, UserId, Word,
};

use super::machine::{Binding, Millis, Rules, Who};
use crate::support::{column, execute, id};

pub(crate) fn caller(who: Who) -> Caller {
    let (browser, system) = who.device.unwrap_or_default();
    Caller {
        address: Some(IpAddr::from([192, 0, who.network, 1])),
        user_agent: who.agent.to_owned(),
        agent: Agent {
            browser: browser.to_owned(),
            system: system.to_owned(),
            device: String::new(),
        },
        request_id: "model".to_owned(),
    }
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    Refresh { text: String, binding: Binding },
    Verify { text: String, binding: Binding },
    SignOut { text: String, binding: Binding },
    Check { text: String },
    Disable { user_id: UserId },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Given(Given),
    Valid,
    SignedOut,
    Forged,
    NotTheirs,
    Ended(FamilyEndReason),
    Reused(IncidentClass),
    Expired,
    UserDisabled,
    Disabled,
}

impl Reply {
    pub(crate) fn given(&self) -> Option<&Given> {
        match self {
            Self::Given(given) => Some(given),
            _ => None,
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) outcome: RefreshOutcome,
    pub(crate) generation: i64,
    pub(crate) refresh: String,
    pub(crate) refresh_expires_at: Millis,
    pub(crate) access: String,
    pub(crate) access_expires_at: Millis,
}

impl fmt::Debug for Given {
    /// Without the texts: they say nothing to whoever reads a trace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, now {}", self.outcome, self.generation)
    }
}

fn given(issued: &family::Issued, outcome: RefreshOutcome) -> Reply {
    Reply::Given(Given {
        outcome,
        generation: issued.generation,
        refresh: issued.refresh_token.to_string(),
        refresh_expires_at: issued.refresh_expires_at.0,
        access: issued.access_token.text.to_string(),
        access_expires_at: issued.access_token.expires_at.0,
    })
}

fn refused(error: RefreshError) -> Reply {
    match error {
        RefreshError::Forged => Reply::Forged,
        RefreshError::NotTheirs => Reply::NotTheirs,
        RefreshError::Ended { reason, .. } => Reply::Ended(reason),
        RefreshError::Reused { class, .. } => Reply::Reused(class),
        RefreshError::UnknownKey => panic!("every node has the same keys"),
        RefreshError::OtherTransport => panic!("any transport will do"),
        RefreshError::Internal(error) => panic!("{error:?}"),
    }
}

/// Asks one node.
pub(crate) async fn ask(authority: Authority, request: Request, who: Who) -> Reply {
    let caller = caller(who);
    let names = |binding: &Binding| {
        let name = |what: &str, number: Option<u8>| number.map(|number| format!("{what}-{number}"));
        (name("client", binding.0), name("key", binding.1))
    };
    match &request {
        Request::Check { text } => check(&authority, text, &caller).await,
        Request::Disable { user_id } => {
            user::disable(&authority, Actor::Operator, *user_id, &caller)
                .await
                .unwrap();
            Reply::Disabled
        }
        Request::Refresh { text, binding }
        | Request::Verify { text, binding }
        | Request::SignOut { text, binding } => {
            let (client, key) = names(binding);
            let presenter = Presenter {
                client_id: client.as_deref(),
                key_thumbprint: key.as_deref(),
                caller: &caller,
            };
            let done = match &request {
                Request::Refresh { .. } => family::refresh(&authority, text, &presenter)
                    .await
                    .map(|refreshed| given(&refreshed.issued, refreshed.outcome)),
                Request::Verify { .. } => family::verify(&authority, text, &presenter)
                    .await
                    .map(|_| Reply::Valid),
                _ => family::sign_out(&authority, text, &presenter)
                    .await
                    .map(|_| Reply::SignedOut),
            };
            done.unwrap_or_else(refused)
        }
    }
}

async fn check(authority: &Authority, text: &str, caller: &Caller) -> Reply {
    let verified = match access_token::verify(authority, text, authority.now()).await {
        Ok(verified) => verified,
        Err(AccessTokenError::Expired) => return Reply::Expired,
        Err(error) => panic!("{error:?}"),
    };
    match family::check(authority, &verified, caller).await.unwrap() {
        Check::Live { .. } => Reply::Valid,
        Check::Ended { reason } => Reply::Ended(reason),
        Check::UserDisabled => Reply::UserDisabled,
        Check::Unknown => Reply::Forged,
        Check::UserGone => panic!("nobody is erased here"),
    }
}

/// Some nodes on one database.
#[derive(Debug)]
pub(crate) struct Real {
    test: Arc<TestAuthority>,
    policy: FamilyPolicy,
    pub(crate) nodes: Vec<Authority>,
    pub(crate) users: Vec<UserId>,
    pub(crate) families: BTreeMap<usize, FamilyId>,
    seed: u64,
}

impl Real {
    pub(crate) async fn new(
        test: &Arc<TestAuthority>,
        rules: &Rules,
        seed: u64,
        users: usize,
        nodes: usize,
    ) -> Self {
        let mut real = Self {
            policy: FamilyPolicy {
                grace: Duration::from_millis(rules.grace.unsigned_abs()),
                lost_response: rules.lost_response,
                ..FamilyPolicy::default()
            },
            test: Arc::clone(test),
            nodes: Vec::new(),
            users: Vec::new(),
            families: BTreeMap::new(),
            seed: seed * 1_000,
        };
        for _ in 0..users {
            real.users.push(test.user(Role::User).await);
        }
        for _ in 0..nodes {
            let node = real.another_node();
            key::load(&node).await.unwrap();
            real.nodes.push(node);
        }
        real
    }

    /// Ids come from a node's randomness, so no two may start from one seed.
    fn another_node(&mut self) -> Authority {
        self.seed += 1;
        Authority::new(
            self.test.database.connection.clone(),
            self.test.clock.clone(),
            Arc::new(SeededRandomness::new(self.seed)),
            master_keys(),
            self.policy,
        )
    }

    pub(crate) fn now(&self) -> Millis {
        self.test.clock.now().0
    }

    pub(crate) fn advance(&self, millis: Millis) {
        let millis = u64::try_from(millis).unwrap();
        self.test.clock.advance(Duration::from_millis(millis));
    }

    pub(crate) async fn flush(&self, node: usize) {
        let authority = &self.nodes[node];
        authority.receipts().flush(authority).await.unwrap();
    }

    pub(crate) fn restart(&mut self, node: usize) {
        self.nodes[node] = self.another_node();
    }

    pub(crate) async fn open(
        &mut self,
        node: usize,
        user: usize,
        who: Who,
        binding: Binding,
    ) -> Reply {
        let authority = self.nodes[node].clone();
        let user_id = self.users[user];
        let caller = caller(who);
        let client = binding.0.map(|number| format!("client-{number}"));
        let key = binding.1.map(|number| format!("key-{number}"));
        let mut tx = AuthorityTx::begin(&authority).await.unwrap();
        tx.lock_users(&[(user_id, Lock::Shared)]).await.unwrap();
        let new = NewFamily {
            user_id,
            proved: SignInMethod::Password.into(),
            transport: Transport::Body,
            session_id: None,
            client_id: client.as_deref(),
            key_thumbprint: key.as_deref(),
            caller: &caller,
        };
        let Ok(issued) = family::open(&tx, new).await else {
            return Reply::UserDisabled;
        };
        let event = AuditEvent::success(EventKind::SignIn, &caller)
            .subject(user_id)
            .family(issued.family_id);
        tx.commit([event], Signals::Nothing).await.unwrap();
        self.families.insert(self.families.len(), issued.family_id);
        given(&issued, RefreshOutcome::Rotated)
    }

    pub(crate) async fn enable(&self, user: usize) {
        user::enable(
            &self.test.authority,
            Actor::Operator,
            self.users[user],
            &latchkey_testing::caller(),
        )
        .await
        .unwrap();
    }

    /// Puts the tables of families aside, as a copy of the database does.
    pub(crate) async fn save(&self) {
        let connection = &self.test.database.connection;
        for table in TABLES {
            execute(connection, &format!("DROP TABLE IF EXISTS copy_{table}")).await;
            execute(
                connection,
                &format!("CREATE TABLE copy_{table} AS SELECT * FROM {table}"),
            )
            .await;
        }
    }

    /// Puts the copy back: whatever was committed since is lost.
    pub(crate) async fn restore(&self) {
        let connection = &self.test.database.connection;
        for table in TABLES.iter().rev() {
            execute(connection, &format!("DELETE FROM {table}")).await;
        }
        for table in TABLES {
            execute(
                connection,
                &format!("INSERT INTO {table} SELECT * FROM copy_{table}"),
            )
            .await;
        }
    }

    /// Everything that is known of a family, a line for each row; nothing if there is none.
    pub(crate) async fn portrait(&self, number: usize) -> Vec<String> {
        let family_id = self.families[&number];
        let picture = family::picture(&self.test.authority, family_id, None, MAX_LIMIT)
            .await
            .unwrap();
        let Some(picture) = picture else {
            return Vec::new();
        };
        let connection = &self.test.database.connection;
        let foreign: Vec<i64> = column(
            connection,
            &format!(
                "SELECT foreign_retries AS value FROM families WHERE family_id = {}",
                id(connection, family_id.as_uuid())
            ),
        )
        .await;
        // Nothing rests on what was received of a family that is over.
        let is_over = picture.family.ended.is_some();
        let received: Vec<String> = column(
            connection,
            &format!(
                "SELECT CAST(generation AS TEXT) || ' by ' || received_network || ' ' \
                 || received_user_agent || ' ' || received_browser || ' ' || received_system \
                 AS value FROM rotations WHERE received_at IS NOT NULL AND family_id = {}",
                id(connection, family_id.as_uuid())
            ),
        )
        .await;
        let row = &picture.family;
        let mut lines = vec![format!(
            "generation {} expires {} ends {} ended {:?} foreign {}",
            row.generation,
            row.expires_at.0,
            row.ends_at.0,
            row.ended.as_ref().map(|ended| ended.reason.as_str()),
            foreign[0],
        )];
        for made in &picture.rotations.items {
            lines.push(format!(
                "rotation {} from {:?} {} at {} by {} retries {} superseded {}",
                made.generation,
                made.from_generation,
                made.outcome.as_str(),
                made.at.0,
                side(&made.by),
                made.retries,
                made.superseded,
            ));
        }
        let received = received.iter().filter(|_| !is_over);
        lines.extend(received.map(|received| format!("received {received}")));
        for incident in &picture.incidents {
            lines.push(format!(
                "{} gap {} presented {} current {} rotated by {} replayed by {} sightings {}",
                incident.class.as_str(),
                incident.gap.as_millis(),
                incident.presented_generation,
                incident.current_generation,
                side(&incident.rotated_by),
                side(&incident.replayed_by),
                incident.sightings,
            ));
        }
        lines.sort();
        lines
    }
}

/// What refers to another table stands after it.
const TABLES: [&str; 5] = [
    "families",
    "rotations",
    "incidents",
    "incident_sightings",
    "signals",
];

fn side(place: &Place) -> String {
    format!(
        "{} {} {} {}",
        place.network, place.user_agent, place.browser, place.system
    )
}
