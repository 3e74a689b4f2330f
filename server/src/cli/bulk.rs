//! `latchkey session revoke` and `latchkey family revoke` for many: the order is given here and
//! carried out here, or by a server that is quicker.

use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use anyhow::{Context as _, bail};
use latchkey_authority::{
    Authority,
    bulk::{self, Order, Scope, Step, Worker},
    caller::Caller,
    principal::Actor,
};
use latchkey_types::{BulkEndId, BulkEndState, BulkTarget, Word as _};

use crate::pages::bulk_wish::{enough, said_if_all, words_of};

/// So often a server that carries it out is asked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Says what would end, asks, and has it end.
#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn end(
    authority: &Authority,
    scope: Scope,
    how: How,
    caller: &Caller,
) -> anyhow::Result<()> {
    if said_if_all(&scope, how.all).is_err() {
        bail!("say which: an id, a filter, or --all");
    }
    let found = bulk::preview(authority, &scope, None, true).await?;
    let more = if found.found.is_capped {
        "more than "
    } else {
        ""
    };
    println!(
        "{}: {more}{} of {} users",
        words_of(authority, &scope).await?,
        found.found.count,
        found.users
    );
    if how.dry_run || found.found.count == 0 {
        return Ok(());
    }
    if !how.yes {
        confirm()?;
    }
    let order = Order {
        scope,
        include_own: true,
    };
    let ordered = bulk::order(authority, Actor::Operator, order, caller).await?;
    let Some(id) = ordered else {
        println!("nothing is left to end");
        return Ok(());
    };
    carry_out(authority, id).await.with_context(|| {
        format!("interrupted: a running server goes on with it, see /admin/bulk-ends/{id}")
    })
}

/// How it is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    pub(super) all: bool,
    pub(super) dry_run: bool,
    pub(super) yes: bool,
}

/// The users whom a filter names, all of them.
pub(super) async fn users(
    authority: &Authority,
    user: Option<&str>,
) -> anyhow::Result<Option<Vec<latchkey_types::UserId>>> {
    let Some(user) = user else { return Ok(None) };
    let limit = crate::pages::admin_sessions::USERS_LIMIT;
    let users = latchkey_identity::account::find_ids(authority, user, limit).await?;
    if enough(Some(&users)).is_err() {
        bail!("--user: {limit} users or more have a name that begins so. Write more of it");
    }
    Ok(Some(users))
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
async fn carry_out(authority: &Authority, id: BulkEndId) -> anyhow::Result<()> {
    let mut worker = Worker::new(authority);
    let mut told = u64::MAX;
    loop {
        let step = worker.step(authority).await?;
        let row = bulk::one(authority, id)
            .await?
            .context("the order is gone")?;
        if row.ended != told {
            told = row.ended;
            println!("  {} of {}", row.ended, row.found.count);
        }
        if row.state != BulkEndState::Running {
            let what = match row.target {
                BulkTarget::Sessions => "sessions",
                BulkTarget::Families => "refresh families",
            };
            println!(
                "{}: {} {what} ended",
                row.state.label().to_lowercase(),
                row.ended
            );
            worker.release(authority).await?;
            return Ok(());
        }
        if matches!(step, Step::Nothing | Step::Lost { .. }) {
            // A server has it, or another order comes first.
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
fn confirm() -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to confirm it: add --yes");
    }
    print!("Type \"end\" to go on: ");
    std::io::stdout().flush()?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    if typed.trim() != "end" {
        bail!("not confirmed: nothing was changed");
    }
    Ok(())
}
