//! `latchkey family`

use clap::Subcommand;
use latchkey_authority::{
    bulk::Scope,
    caller::Caller,
    family::{self, FamilyFilter, end},
    principal::Actor,
};
use latchkey_identity::account;
use latchkey_types::{FamilyId, FamilyState, Word as _};

use super::{
    bulk::{self, How},
    open,
};
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Lists live refresh families (sign-ins of programs), newest first.
    List {
        /// Only of users whose name or address begins so.
        #[arg(long)]
        user: Option<String>,
        /// Ended ones too.
        #[arg(long)]
        all: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
    /// Ends a refresh family with its access tokens, or all live ones that a filter matches.
    Revoke {
        /// Its id, as the list shows it.
        #[arg(conflicts_with_all = ["user", "address", "device", "all", "dry_run", "yes"])]
        family: Option<FamilyId>,
        /// Only of users whose name or address begins so.
        #[arg(long)]
        user: Option<String>,
        /// Only those from this address.
        #[arg(long)]
        address: Option<String>,
        /// Only those opened on this kind of device.
        #[arg(long)]
        device: Option<String>,
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
        Action::List { user, all, limit } => {
            let users = match user {
                None => None,
                Some(user) => Some(account::find_ids(authority, &user, 100).await?),
            };
            let filter = FamilyFilter {
                users,
                state: (!all).then_some(FamilyState::Live),
                ..Default::default()
            };
            let page = family::list(authority, &filter, None, limit).await?;
            for row in &page.items {
                println!(
                    "{}  {}  {}  {} {}  generation {}  {}",
                    row.family_id,
                    row.user_id,
                    row.opened.address,
                    row.opened.browser,
                    row.opened.system,
                    row.generation,
                    row.ended.map_or("live", |ended| ended.reason.as_str()),
                );
            }
            if page.next.is_some() {
                println!("… and more");
            }
        }
        Action::Revoke {
            family: Some(family),
            ..
        } => {
            let caller = Caller::program("latchkey family");
            let ended = end::as_administrator(authority, Actor::Operator, family, &caller).await?;
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
            family: None,
            user,
            address,
            device,
            all,
            dry_run,
            yes,
        } => {
            let filter = FamilyFilter {
                users: bulk::users(authority, user.as_deref()).await?,
                address,
                device,
                state: Some(FamilyState::Live),
                ..Default::default()
            };
            let how = How { all, dry_run, yes };
            let caller = Caller::program("latchkey family");
            bulk::end(authority, Scope::families(filter)?, how, &caller).await?;
        }
    }
    Ok(())
}
