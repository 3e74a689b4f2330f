//! `/admin/users/invite`, and the page that shows a link.

use latchkey_types::{Role, UnixMillis, Word as _};
use leptos::prelude::*;

use super::{register::AccountFieldErrors, sessions::UserLink};
use crate::{
    Frame, Page,
    component::{
        BackLink, Banner, Card, Choice, ErrorSummary, Field, Heading, Kind, LinkButton, Look,
        PostForm, Submit, Tone, When, WordChoice,
    },
    words::{
        common,
        invite::{self as words, link},
    },
};

/// When the account is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By whoever opens the link.
    Invite,
    /// At once; the link sets its first password.
    Create,
}

impl How {
    /// The word that the form sends.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::Create => "create",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Invite => words::WHEN_OPENED,
            Self::Create => words::NOW,
        }
    }
}

/// The form that makes a link.
///
/// Form: POST `/admin/users/invite` with `how`, `username`, `email`, `role`, `csrf`.
#[derive(Debug, Clone)]
pub struct InvitePage {
    /// When the account is made.
    pub how: How,
    /// Whether links may make accounts here.
    pub may_invite: bool,
    /// What was typed before.
    pub username: String,
    /// What was typed before.
    pub email: String,
    /// The role.
    pub role: Role,
    /// What went wrong.
    pub errors: AccountFieldErrors,
}

/// A link that was just made. Shown once; the page has no script.
#[derive(Clone)]
pub struct LinkPage {
    /// The whole link.
    pub link: String,
    /// The account, where it is there already.
    pub user: Option<UserLink>,
    /// The name or address that it was made for.
    pub whom: Option<String>,
    /// What it gives.
    pub role: Role,
    /// Until when it is good.
    pub expires_at: UnixMillis,
    /// Whether it replaces the ones before.
    pub is_renewed: bool,
}

impl std::fmt::Debug for LinkPage {
    /// Without the link: whoever has it gets the account.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkPage")
            .field("user", &self.user)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// All users.
#[component]
pub(super) fn BackToUsers() -> impl IntoView {
    view! {
        <BackLink text=common::ALL_USERS href="/admin/users" />
    }
    .into_any()
}

impl Page for InvitePage {
    fn view(self, _frame: &Frame) -> AnyView {
        let email_first = self.errors.username.is_none() && self.errors.email.is_some();
        let how = if self.may_invite {
            let options = [How::Invite, How::Create]
                .map(|how| (how.as_str().to_owned(), how.label().to_owned()))
                .to_vec();
            view! {
                <div>
                    <Choice name="how" label=words::ACCOUNT_IS_MADE options chosen=self.how.as_str() />
                    <p class="mt-1.5 max-w-prose text-sm text-muted">
                        {words::WHOEVER_OPENS}
                    </p>
                </div>
            }
            .into_any()
        } else {
            view! {
                <input type="hidden" name="how" value=How::Create.as_str() />
                <p class="max-w-prose text-sm text-muted">
                    {words::CLOSED}
                </p>
            }
            .into_any()
        };
        view! {
            <BackToUsers />
            <Heading
                title=words::TITLE
                text=words::ABOUT
            />
            <div class="max-w-xl">
                <ErrorSummary
                    form=self.errors.form
                    fields=vec![
                        ("username", common::USERNAME, self.errors.username.is_some()),
                        ("email", common::EMAIL_ADDRESS, self.errors.email.is_some()),
                    ]
                />
                <Card title=words::WHO_FOR id="whom">
                    <PostForm action="/admin/users/invite" class="space-y-5">
                        {how}
                        <Field
                            name="username"
                            label=common::USERNAME
                            kind=Kind::OthersUsername
                            value=self.username
                            error=self.errors.username
                            optional=self.may_invite
                            autofocus=!email_first
                        />
                        <Field
                            name="email"
                            label=common::EMAIL_ADDRESS
                            kind=Kind::OthersEmail
                            value=self.email
                            error=self.errors.email
                            optional=true
                            autofocus=email_first
                        />
                        <div>
                            <WordChoice name="role" label=common::ROLE chosen=Some(self.role) />
                            <p class="mt-1.5 max-w-prose text-sm text-muted">
                                {words::ROLES}
                            </p>
                        </div>
                        <Submit text=words::MAKE />
                    </PostForm>
                </Card>
            </div>
        }
        .into_any()
    }
}

impl Page for LinkPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let title = if self.is_renewed {
            link::RENEWED
        } else if self.user.is_some() {
            link::ACCOUNT_MADE
        } else {
            link::INVITATION_MADE
        };
        let text = match &self.whom {
            Some(whom) => link::send_to(whom),
            None => link::SEND_TO_INVITED.to_owned(),
        };
        let gives = link::gives(self.role, self.user.is_some());
        let renewed = self.is_renewed.then_some(link::OTHERS_OVER);
        let (expires_at, role) = (self.expires_at, self.role.label());
        let on = match self.user {
            Some(user) => view! {
                <LinkButton
                    text=link::GO_TO_USER
                    href=format!("/admin/users/{}", user.id)
                    look=Look::Plain
                />
            }
            .into_any(),
            None => view! {
                <LinkButton text=link::SEE_OPEN href="/admin/invitations" look=Look::Plain />
            }
            .into_any(),
        };
        view! {
            <BackToUsers />
            <Heading title=title text=text />
            <div class="grid max-w-3xl gap-4">
                <Banner tone=Tone::Caution>
                    {gives}
                    {link::SHOWN_ONCE}
                    {renewed}
                </Banner>
                <Card title=link::THE_LINK id="the-link">
                    <div class="field">
                        <label for="link" class="label">
                            {link::COPY}
                        </label>
                        <input
                            id="link"
                            type="text"
                            class="input mono"
                            readonly
                            autofocus
                            autocomplete="off"
                            spellcheck="false"
                            value=self.link
                            aria-describedby="link-hint"
                        />
                        <p id="link-hint" class="mt-1.5 text-sm text-muted">
                            {link::ROLE} {role} {link::WORKS_ONCE} <When at=expires_at /> "."
                        </p>
                    </div>
                    <div class="mt-5 flex flex-wrap gap-2">
                        {on}
                        <LinkButton text=link::INVITE_ANOTHER href="/admin/users/invite" look=Look::Plain />
                    </div>
                </Card>
            </div>
        }
        .into_any()
    }
}
