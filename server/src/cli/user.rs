//! `latchkey user`

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use latchkey_authority::{ActError, caller::Caller, principal::Actor, session::end, user};
use latchkey_identity::{
    CreateUser, Identity, account, create_user,
    invitation::{self, Invite, Made},
};
use latchkey_types::{Role, UserId};
use zeroize::Zeroizing;

use super::open;
use crate::{api::instant, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Makes a user. The password is read from standard input, or asked for on a terminal.
    Create {
        /// The name.
        username: String,
        /// The e-mail address.
        #[arg(long)]
        email: Option<String>,
        /// The e-mail address was verified elsewhere.
        #[arg(long, requires = "email")]
        email_verified: bool,
        /// The role: administrator, auditor or user.
        #[arg(long, default_value = "user", value_parser = super::role)]
        role: Role,
        /// A fixed id.
        #[arg(long)]
        id: Option<UserId>,
        /// Makes an account that cannot sign in by password.
        #[arg(long)]
        no_password: bool,
    },
    /// Prints a one-time link by which whoever opens it makes an account.
    Invite {
        /// The name that they shall have; otherwise they choose one.
        #[arg(long)]
        username: Option<String>,
        /// Their e-mail address; it counts as not verified.
        #[arg(long)]
        email: Option<String>,
        /// The role: administrator, auditor or user.
        #[arg(long, default_value = "user", value_parser = super::role)]
        role: Role,
        /// Makes the account at once, without a password; the link sets the first one.
        #[arg(long, requires = "username")]
        create: bool,
    },
    /// Prints a new link for an account that nobody can sign in to yet; those before it are over.
    Link {
        /// Name, e-mail address or id.
        user: String,
    },
    /// Disables a user and ends all of their sessions.
    Disable {
        /// Name, e-mail address or id.
        user: String,
    },
    /// Enables a user again.
    Enable {
        /// Name, e-mail address or id.
        user: String,
    },
    /// Ends all sessions of a user.
    SignOut {
        /// Name, e-mail address or id.
        user: String,
    },
    /// Gives a user another role.
    SetRole {
        /// Name, e-mail address or id.
        user: String,
        /// The role: administrator, auditor or user.
        #[arg(value_parser = super::role)]
        role: Role,
    },
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
pub(super) async fn run(settings: &Settings, action: Action) -> anyhow::Result<()> {
    let identity = open::identity(settings).await?;
    let authority = identity.authority();
    let caller = Caller::program("latchkey user");
    match action {
        Action::Create {
            username,
            email,
            email_verified,
            role,
            id,
            no_password,
        } => {
            let password = (!no_password).then(read_password).transpose()?;
            let user_id = create_user(
                &identity,
                CreateUser {
                    user_id: id,
                    username: &username,
                    email: email.as_deref(),
                    email_verified,
                    password: password.as_ref().map(|password| password.as_str()),
                    role,
                    caller: &caller,
                },
            )
            .await?;
            println!("{user_id}");
        }
        Action::Invite {
            username,
            email,
            role,
            create,
        } => {
            let new = Invite {
                username: username.as_deref(),
                email: email.as_deref(),
                role,
                caller: &caller,
            };
            let made = if create {
                invitation::create(&identity, Actor::Operator, new).await?
            } else if settings.may_invite() {
                invitation::invite(&identity, Actor::Operator, new).await?
            } else {
                bail!("sign_up is `closed`: make the account with --create");
            };
            print_link(settings, &made);
        }
        Action::Link { user } => {
            let id = find(&identity, &user).await?;
            let made = invitation::renew(&identity, Actor::Operator, id, &caller).await?;
            print_link(settings, &made);
        }
        Action::Disable { user } => {
            let id = find(&identity, &user).await?;
            say(
                user::disable(authority, Actor::Operator, id, &caller).await,
                "disabled",
            )?;
        }
        Action::Enable { user } => {
            let id = find(&identity, &user).await?;
            say(
                user::enable(authority, Actor::Operator, id, &caller).await,
                "enabled",
            )?;
        }
        Action::SignOut { user } => {
            let id = find(&identity, &user).await?;
            let count = end::all_of_user(authority, Actor::Operator, id, &caller).await?;
            println!("{count} session(s) ended");
        }
        Action::SetRole { user, role } => {
            let id = find(&identity, &user).await?;
            say(
                user::set_role(authority, Actor::Operator, id, role, &caller).await,
                "role changed",
            )?;
        }
    }
    Ok(())
}

/// On standard output, not through the log: a log is kept, and whoever has the link gets the account.
#[expect(clippy::print_stdout, reason = "a program talks to its user")]
fn print_link(settings: &Settings, made: &Made) {
    let until = instant(made.expires_at);
    println!("Whoever opens this link first gets the account. It works once, until {until}:");
    println!();
    println!(
        "    {}/invitation?code={}",
        settings.base_url,
        made.code.as_str()
    );
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
fn say(outcome: Result<bool, ActError>, done: &str) -> anyhow::Result<()> {
    println!("{}", if outcome? { done } else { "nothing to change" });
    Ok(())
}

async fn find(identity: &Identity, text: &str) -> anyhow::Result<UserId> {
    if let Ok(id) = text.parse::<UserId>() {
        return Ok(id);
    }
    account::find_exact(identity.authority(), text)
        .await?
        .with_context(|| format!("there is no user `{text}`"))
}

/// Reads a password without showing it: one line of standard input, or twice from the terminal.
fn read_password() -> anyhow::Result<Zeroizing<String>> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let mut line = Zeroizing::new(String::new());
        stdin.lock().read_line(&mut line)?;
        return Ok(Zeroizing::new(
            line.trim_end_matches(['\r', '\n']).to_owned(),
        ));
    }
    let password = Zeroizing::new(rpassword::prompt_password("Password: ")?);
    let again = Zeroizing::new(rpassword::prompt_password("Once more: ")?);
    if password != again {
        bail!("the two are not the same");
    }
    Ok(password)
}
