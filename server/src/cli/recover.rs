//! `latchkey recover`

use std::io::{IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use clap::Args;
use latchkey_authority::{
    caller::Caller,
    recover::{self, Recovered},
};
use latchkey_identity::invitation;

use super::open;
use crate::settings::Settings;

/// What has to be typed.
const CONFIRMATION: &str = "sign everybody out";

/// What nobody can bring back, and where to look for it.
const LOST: &str = "\
Everything that was changed after the backup is lost, and only people know what it was:

  - users who were disabled are enabled again, and roles that were taken away are back:
      look through /admin/users, and disable with `latchkey user disable NAME`
  - passwords that were changed since are the old ones again: whoever knew the old one can sign in.
      If one was changed because it had become known, disable that user until they are reached
  - accounts that were made since are gone
  - signing keys that were killed since are alive again, and verify what was signed with them:
      `latchkey keys list`, `latchkey keys kill ID`
  - incidents, verdicts and everything on the record since are missing: keep the old database, if
      it can still be read, and compare. `latchkey audit verify` checks what is here

Services that follow the signals or check tokens by themselves refuse what ended here; those that do
neither accept access tokens of before for a quarter of an hour more.";

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Asks nothing.
    #[arg(long)]
    yes: bool,
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: &Settings, options: Options) -> anyhow::Result<()> {
    let identity = open::identity(settings).await?;
    let authority = identity.authority();
    let live = recover::live(authority).await?;
    println!(
        "Ends all {} sessions and {} sign-ins of programs: everybody has to sign in again. \
         Withdraws the open links of invitations.",
        live.sessions, live.families
    );
    if !options.yes {
        confirm()?;
    }
    let caller = Caller::program("latchkey recover");
    let done = recover::recover(authority, &caller, |so_far| tell(so_far, live))
        .await
        .context(
            "interrupted. What was ended stays ended; run `latchkey recover` again to go on",
        )?;
    let withdrawn = invitation::withdraw_all(authority, &caller).await?;
    println!(
        "Ended {} sessions and {} sign-ins of programs, and withdrew {withdrawn} links of \
         invitations.\n\n{LOST}",
        done.sessions, done.families
    );
    Ok(())
}

/// Says how far it is: over and over on a terminal, a line each time elsewhere.
#[expect(clippy::print_stdout, reason = "a program talks to its user")]
fn tell(so_far: Recovered, of: Recovered) {
    let text = format!(
        "  {} of {} sessions, {} of {} sign-ins of programs",
        so_far.sessions, of.sessions, so_far.families, of.families
    );
    if std::io::stdout().is_terminal() {
        print!("\r{text}");
        let is_last = so_far.sessions >= of.sessions && so_far.families >= of.families;
        if is_last {
            println!();
        }
        // A terminal that is gone is no reason to stop.
        let _ = std::io::stdout().flush();
    } else {
        println!("{text}");
    }
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
fn confirm() -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to confirm it: add --yes");
    }
    print!("Type \"{CONFIRMATION}\" to go on: ");
    std::io::stdout().flush()?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    if typed.trim() != CONFIRMATION {
        bail!("not confirmed: nothing was changed");
    }
    Ok(())
}
