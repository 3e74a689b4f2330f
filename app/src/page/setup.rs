//! `/setup`

use leptos::prelude::*;

use super::register::{AccountFieldErrors, AccountForm};
use crate::{
    Frame, Page,
    component::{GateCard, LinkButton, Look},
    words::{common, entry::setup as words},
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
                    title=words::TITLE
                    text=words::ABOUT
                >
                    <AccountForm
                        action="/setup"
                        button=words::MAKE
                        username
                        email
                        errors
                    />
                </GateCard>
            }
            .into_any(),
            Self::InvalidLink => view! {
                <GateCard
                    title=common::LINK_DOES_NOT_WORK
                    text=words::INVALID
                >
                    <p class="text-sm font-medium text-ink">{words::NEW_ONE}</p>
                    <ol class="mt-2 list-decimal space-y-1.5 pl-5 text-sm text-muted">
                        <li>{words::RESTART}</li>
                        <li>{words::COPY}</li>
                        <li>{words::OPEN}</li>
                    </ol>
                    <p class="mt-4 text-sm text-muted">
                        {words::EACH_START}
                    </p>
                </GateCard>
            }
            .into_any(),
            Self::Done => view! {
                <GateCard
                    title=words::DONE
                    text=words::DONE_TEXT
                >
                    <LinkButton text=common::GO_TO_SIGN_IN href="/login" look=Look::Plain />
                </GateCard>
            }
            .into_any(),
        }
    }
}
