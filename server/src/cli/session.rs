//! `latchkey session`

use clap::Subcommand;
use latchkey_authority::{
    bulk::Scope,
    caller::Caller,
    principal::Actor,
    session::{self, SessionFilter, end},
};
use latchkey_identity::account;
use latchkey_types::{SessionId, SessionState};

use super::{
    bulk::{self, How},
    open,
};
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
    /// Ends a session, or all live ones that a filter matches.
    Revoke {
        /// Its id, as the list shows it.
        #[arg(conflicts_with_all = ["user", "address", "browser", "all", "dry_run", "yes"])]
        session: Option<SessionId>,
        /// Only of users whose name or address begins so.
        #[arg(long)]
        user: Option<String>,
        /// Only those from this address.
        #[arg(long)]
        address: Option<String>,
        /// Only those with this browser.
        #[arg(long)]
        browser: Option<String>,
        /// All of them: said where there is no filter.
        #[arg(long)]
        all: bool,
        /// Says how many it would be, and ends none.
        #[arg(long)]
        dry_run: bool,
        /// Asks nothing.
        #[arg(long)]
        yes: bool,
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
        Action::Revoke {
            session: Some(session),
            ..
        } => {
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
        Action::Revoke {
            session: None,
            user,
            address,
            browser,
            all,
            dry_run,
            yes,
        } => {
            let filter = SessionFilter {
                users: bulk::users(authority, user.as_deref()).await?,
                address,
                browser,
                state: Some(SessionState::Live),
                ..Default::default()
            };
            let how = How { all, dry_run, yes };
            let caller = Caller::program("latchkey session");
            bulk::end(authority, Scope::sessions(filter)?, how, &caller).await?;
        }
    }
    Ok(())
}
