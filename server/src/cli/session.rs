//! `latchkey session`

use clap::Subcommand;
use latchkey_authority::{
    caller::Caller,
    principal::Actor,
    session::{self, SessionFilter, end},
};
use latchkey_identity::account;
use latchkey_types::{SessionId, SessionState};

use super::open;
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Lists live sessions, newest first.
    List {
        /// Only of users whose name or address begins so.
        #[arg(long)]
        user: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
    /// Ends a session.
    Revoke {
        /// Its id, as the list shows it.
        session: SessionId,
    },
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: &Settings, action: Action) -> anyhow::Result<()> {
    let identity = open::identity(settings).await?;
    let authority = identity.authority();
    match action {
        Action::List { user, limit } => {
            let users = match user {
                None => None,
                Some(user) => Some(account::find_ids(authority, &user, 100).await?),
            };
            let filter = SessionFilter {
                users,
                state: Some(SessionState::Live),
                ..Default::default()
            };
            let page = session::list(authority, &filter, None, limit).await?;
            for row in &page.items {
                println!(
                    "{}  {}  {}  {} {}",
                    row.session_id, row.user_id, row.address, row.browser, row.system
                );
            }
            if page.next.is_some() {
                println!("… and more");
            }
        }
        Action::Revoke { session } => {
            let caller = Caller::program("latchkey session");
            let ended = end::as_administrator(authority, Actor::Operator, session, &caller).await?;
            println!(
                "{}",
                if ended {
                    "ended"
                } else {
                    "it was over already"
                }
            );
        }
    }
    Ok(())
}
