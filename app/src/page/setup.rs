//! `/setup`

use leptos::prelude::*;

use super::register::{AccountFieldErrors, AccountForm};
use crate::{
    Frame, Page,
    component::{GateCard, LinkButton, Look},
};

/// The page that makes the first administrator.
///
/// Form: POST `/setup` with `username`, `email` (optional), `password`, `csrf`. The one-time code
/// is in a cookie by then, never on the page.
#[derive(Debug, Clone)]
pub enum SetupPage {
    /// The link is good.
    Form {
        /// What was typed before.
        username: String,
        /// What was typed before.
        email: String,
        /// What went wrong.
        errors: AccountFieldErrors,
    },
    /// The link is missing, wrong, used or too old: say how to get a new one (restart the
    /// program; it prints a fresh link as long as there has been no administrator).
    InvalidLink,
    /// There has been an administrator: the page has done its work; link to `/login`.
    Done,
}

impl Page for SetupPage {
    fn view(self, _frame: &Frame) -> AnyView {
        match self {
            Self::Form {
                username,
                email,
                errors,
            } => view! {
                <GateCard
                    title="Make the first administrator"
                    text="This account sees and changes everything: it ends sessions, gives roles and disables users. The link that brought you here works once."
                >
                    <AccountForm
                        action="/setup"
                        button="Make administrator"
                        username
                        email
                        errors
                    />
                </GateCard>
            }
            .into_any(),
            Self::InvalidLink => view! {
                <GateCard
                    title="This link does not work"
                    text="It is incomplete, too old or used already."
                >
                    <p class="text-sm font-medium text-ink">"To get a new one:"</p>
                    <ol class="mt-2 list-decimal space-y-1.5 pl-5 text-sm text-muted">
                        <li>"Restart the Latchkey program on your server."</li>
                        <li>"Copy the fresh link that it prints as it starts."</li>
                        <li>"Open that link in this browser."</li>
                    </ol>
                    <p class="mt-4 text-sm text-muted">
                        "It prints one at each start for as long as there has been no administrator."
                    </p>
                </GateCard>
            }
            .into_any(),
            Self::Done => view! {
                <GateCard
                    title="Set-up is done"
                    text="This server has had its first administrator, so nobody can be made one here. Further ones are made in the console, under Users."
                >
                    <LinkButton text="Go to sign-in" href="/login" look=Look::Plain />
                </GateCard>
            }
            .into_any(),
        }
    }
}
