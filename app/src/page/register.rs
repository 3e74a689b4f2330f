//! `/register`

use leptos::prelude::*;

use super::provider::ProviderButton;
use crate::{
    Frame, Page,
    component::{
        ErrorSummary, Field, GateCard, Kind, LinkButton, Look, PostForm, ProviderLinks, Submit,
    },
    words::{common, entry::register as words},
};

/// What is wrong with a field, as text for the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFieldErrors {
    /// Of the username.
    pub username: Option<String>,
    /// Of the e-mail address.
    pub email: Option<String>,
    /// Of the password.
    pub password: Option<String>,
    /// Of the form as a whole.
    pub form: Option<String>,
}

/// The sign-up page. Form: POST `/register` with `username`, `email` (optional), `password`,
/// `csrf`. Links: `/auth/{provider}`.
#[derive(Debug, Clone, Default)]
pub struct RegisterPage {
    /// What was typed before.
    pub username: String,
    /// What was typed before.
    pub email: String,
    /// What went wrong.
    pub errors: AccountFieldErrors,
    /// Sign-up is closed: show why and what to do instead of the form.
    pub closed: bool,
    /// What an account can be made with besides a password.
    pub providers: Vec<ProviderButton>,
}

/// The fields of an account to be made: here and on the set-up page.
#[component]
pub(super) fn AccountForm(
    /// Where it posts.
    action: &'static str,
    /// What its button says.
    button: &'static str,
    /// What was typed before.
    username: String,
    /// What was typed before.
    email: String,
    /// What went wrong.
    errors: AccountFieldErrors,
) -> impl IntoView {
    // Typing starts at the first field that is wrong; the password is empty again each time.
    let (email_first, password_first) = if errors.username.is_some() {
        (false, false)
    } else if errors.email.is_some() {
        (true, false)
    } else {
        (false, errors != AccountFieldErrors::default())
    };
    view! {
        <ErrorSummary
            form=errors.form
            fields=vec![
                ("username", common::USERNAME, errors.username.is_some()),
                ("email", common::EMAIL_ADDRESS, errors.email.is_some()),
                ("password", common::PASSWORD, errors.password.is_some()),
            ]
        />
        <PostForm action=action class="space-y-5">
            <Field
                name="username"
                label=common::USERNAME
                kind=Kind::Username
                value=username
                error=errors.username
                autofocus=!(email_first || password_first)
            />
            <Field
                name="email"
                label=common::EMAIL_ADDRESS
                kind=Kind::Email
                value=email
                error=errors.email
                optional=true
                autofocus=email_first
            />
            <Field
                name="password"
                label=common::PASSWORD
                kind=Kind::NewPassword
                error=errors.password
                autofocus=password_first
            />
            <Submit text=button wide=true />
        </PostForm>
    }
    .into_any()
}

impl Page for RegisterPage {
    fn view(self, _frame: &Frame) -> AnyView {
        if self.closed {
            return view! {
                <GateCard title=common::SIGN_UP_CLOSED>
                    <p class="text-sm text-muted">
                        {words::CLOSED}
                    </p>
                    <div class="mt-5">
                        <LinkButton text=common::GO_TO_SIGN_IN href="/login" look=Look::Plain />
                    </div>
                </GateCard>
            }
            .into_any();
        }
        view! {
            <GateCard title=words::TITLE>
                <ProviderLinks providers=self.providers />
                <AccountForm
                    action="/register"
                    button=common::CREATE_ACCOUNT
                    username=self.username
                    email=self.email
                    errors=self.errors
                />
            </GateCard>
            <p class="mt-6 text-center text-sm text-muted">
                {words::HAVE_ACCOUNT} <a href="/login" class="link">
                    {common::SIGN_IN}
                </a>
            </p>
        }
        .into_any()
    }
}
