//! The second and the third invariant: what was ended is refused by every node within the bound,
//! and a node that cannot know refuses.
//!
//! Two nodes on one database and one clock, which stands still until a test moves it: so nothing
//! is fresh or stale by chance.

mod bound;
mod closed;
mod copies;
mod position;
mod restored;
mod told;

use std::time::Duration;

use latchkey_authority::{
    Authority, Policy, StoreError,
    access_token::{self, AccessTokenError},
    family,
    feed::{self, FeedState},
    session,
};
use latchkey_testing::{TestAuthority, caller, master_keys};
use latchkey_types::{FamilyId, Role, SessionId, UserId};
use sea_orm::DatabaseConnection;

use crate::families::support::open;

/// The default bound.
const BOUND: Duration = feed::MAX_STALENESS;

/// Two nodes, and somebody who is signed in with a browser and a program.
struct Nodes {
    test: TestAuthority,
    /// The node that never acts.
    other: Authority,
    user_id: UserId,
    session_id: SessionId,
    family_id: FamilyId,
    access_token: String,
}

impl Nodes {
    /// Both know of everything now, and have copies of what is checked.
    async fn warm() -> Self {
        Self::with_bound(BOUND).await
    }

    async fn with_bound(max_staleness: Duration) -> Self {
        let test = TestAuthority::following(Policy {
            max_staleness,
            ..Policy::default()
        })
        .await;
        let user_id = test.user(Role::User).await;
        let session_id = test.session(user_id).await;
        let issued = open(&test, user_id, None, &caller()).await;
        let other = test.node(master_keys(), 99);
        let nodes = Self {
            other,
            user_id,
            session_id,
            family_id: issued.family_id,
            access_token: issued.access_token.text.to_string(),
            test,
        };
        for node in nodes.both() {
            feed::start(node).await.unwrap();
            assert!(nodes.lets_in_session(node).await);
            assert!(nodes.lets_in_token(node).await);
        }
        nodes
    }

    /// The node that acts.
    fn acting(&self) -> &Authority {
        &self.test.authority
    }

    fn both(&self) -> [&Authority; 2] {
        [&self.test.authority, &self.other]
    }

    fn database(&self) -> &DatabaseConnection {
        &self.test.database.connection
    }

    fn state(&self) -> FeedState {
        self.other.feed().state(&self.other)
    }

    async fn lets_in_session(&self, node: &Authority) -> bool {
        lets_in(node, self.session_id).await.unwrap()
    }

    async fn lets_in_token(&self, node: &Authority) -> bool {
        self.check_token(node).await.unwrap()
    }

    /// What a bearer check does: the token, then its family and its user.
    async fn check_token(&self, node: &Authority) -> Result<bool, StoreError> {
        let now = node.now();
        let verified = match access_token::verify(node, &self.access_token, now).await {
            Ok(verified) => verified,
            Err(AccessTokenError::Internal(_)) => return Err(StoreError::NotFresh),
            Err(_) => return Ok(false),
        };
        let check = family::check(node, &verified, &caller()).await?;
        Ok(matches!(check, family::Check::Live { .. }))
    }
}

async fn lets_in(node: &Authority, session_id: SessionId) -> Result<bool, StoreError> {
    let check = session::check(node, session_id).await?;
    Ok(matches!(check, session::Check::Live { .. }))
}
