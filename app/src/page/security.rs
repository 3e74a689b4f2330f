//! `/account/security`

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{Card, ErrorSummary, Field, Heading, Kind, LinkButton, Look, PostForm, Submit},
    words::{common, security as words},
};

/// Where somebody signs in once more to set a password.
const SIGN_IN_AGAIN: &str = "/login?again=1&next=/account/security";

/// What went wrong with a change of password, as text for the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordErrors {
    /// Of the current password.
    pub current: Option<String>,
    /// Of the new one.
    pub new: Option<String>,
    /// Of the form as a whole.
    pub form: Option<String>,
}

/// Changing the password, or setting a first one.
///
/// Form of those who have one: POST `/account/security/password` with `current`, `new`, `csrf`.
/// Says that all other sessions end. Form of those who have none: POST
/// `/account/security/set-password` with `new`, `csrf`; it asks for a recent sign-in.
#[derive(Debug, Clone, Default)]
pub struct SecurityPage {
    /// What went wrong.
    pub errors: PasswordErrors,
    /// For password managers: `autocomplete="username"` in a hidden field.
    pub username: String,
    /// Whether there is a password to change.
    pub has_password: bool,
    /// Whether the sign-in is too old for setting a first password: a link to a new one stands for
    /// the form.
    pub needs_fresh_proof: bool,
}

impl Page for SecurityPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let (current, new) = (self.errors.current.is_some(), self.errors.new.is_some());
        let form = self.errors.form.clone();
        let card = match (self.has_password, self.needs_fresh_proof) {
            (true, _) => {
                view! { <ChangePassword username=self.username errors=self.errors /> }.into_any()
            }
            (false, false) => {
                view! { <SetPassword username=self.username error=self.errors.new /> }.into_any()
            }
            (false, true) => view! { <SignInFirst /> }.into_any(),
        };
        view! {
            <Heading title=words::TITLE text=words::ABOUT />
            <div class="max-w-xl">
                <ErrorSummary
                    form
                    fields=vec![
                        ("current", words::CURRENT_PASSWORD, current && self.has_password),
                        ("new", words::NEW_PASSWORD, new && (self.has_password || !self.needs_fresh_proof)),
                    ]
                />
                {card}
            </div>
        }
        .into_any()
    }
}

/// Tells a keeper of passwords whose password this is. It has no name, so it is never sent.
#[component]
pub(super) fn WhosePassword(username: String) -> impl IntoView {
    view! {
        <input
            type="text"
            autocomplete="username"
            aria-label=common::USERNAME
            value=username
            readonly
            hidden
        />
    }
    .into_any()
}

#[component]
fn ChangePassword(username: String, errors: PasswordErrors) -> impl IntoView {
    let new_first = errors.current.is_none() && errors.new.is_some();
    view! {
        <Card
            title=common::CHANGE_PASSWORD
            id="change-password"
            text=words::OTHERS_END
        >
            <PostForm action="/account/security/password" class="space-y-5">
                <WhosePassword username />
                <Field
                    name="current"
                    label=words::CURRENT_PASSWORD
                    kind=Kind::CurrentPassword
                    error=errors.current
                    autofocus=!new_first
                />
                <Field
                    name="new"
                    label=words::NEW_PASSWORD
                    kind=Kind::NewPassword
                    error=errors.new
                    autofocus=new_first
                />
                <Submit text=common::CHANGE_PASSWORD />
            </PostForm>
        </Card>
    }
    .into_any()
}

#[component]
fn SetPassword(username: String, error: Option<String>) -> impl IntoView {
    view! {
        <Card title=common::SET_A_PASSWORD id="set-password" text=words::NO_PASSWORD>
            <PostForm action="/account/security/set-password" class="space-y-5">
                <WhosePassword username />
                <Field
                    name="new"
                    label=words::NEW_PASSWORD
                    kind=Kind::NewPassword
                    error
                    autofocus=true
                />
                <Submit text=words::SET_PASSWORD />
            </PostForm>
        </Card>
    }
    .into_any()
}

/// The same while the sign-in is too old for it.
#[component]
fn SignInFirst() -> impl IntoView {
    view! {
        <Card title=common::SET_A_PASSWORD id="set-password" text=words::NO_PASSWORD>
            <p class="mb-4 max-w-prose text-sm text-muted">
                {words::TOO_OLD}
            </p>
            <LinkButton text=common::SIGN_IN_ONCE_MORE href=SIGN_IN_AGAIN look=Look::Primary />
        </Card>
    }
    .into_any()
}
