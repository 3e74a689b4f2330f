//! `/login`

use leptos::prelude::*;

use super::provider::ProviderButton;
use crate::{
    Frame, Page,
    component::{Banner, Field, GateCard, Kind, PostForm, ProviderLinks, Submit, Tone},
    words::{common, entry::login as words},
};

/// Why a sign-in did not come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginError {
    /// Wrong name or password, or no such account: one answer.
    Refused,
    /// Too many attempts.
    Limited {
        /// Seconds until another attempt makes sense.
        retry_after: u64,
    },
    /// Too much work at the moment.
    Busy,
    /// A field was empty.
    Incomplete,
}

/// The sign-in page. Form: POST `/login` with `identifier`, `password`, `next`, `csrf`, and with
/// `again=1` where somebody proves themselves once more. Links: `/auth/{provider}` with `next`, and
/// there with `fresh=1`.
#[derive(Debug, Clone, Default)]
pub struct LoginPage {
    /// What was typed before, kept; the password never is.
    pub identifier: String,
    /// Where to go afterwards: a path of ours.
    pub next: Option<String>,
    /// What went wrong.
    pub error: Option<LoginError>,
    /// Whether `/register` is open.
    pub sign_up_open: bool,
    /// What one can sign in with besides a password.
    pub providers: Vec<ProviderButton>,
    /// Whether somebody is signed in and is asked to prove it once more.
    pub is_again: bool,
    /// Whether whoever it is has no password: then only the providers are offered.
    pub has_no_password: bool,
}

impl LoginError {
    fn text(self) -> String {
        match self {
            Self::Refused => words::REFUSED.to_owned(),
            Self::Limited { retry_after } => words::limited(retry_after),
            Self::Busy => words::BUSY.to_owned(),
            Self::Incomplete => words::INCOMPLETE.to_owned(),
        }
    }
}

impl Page for LoginPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let (title, text) = if self.is_again {
            (common::SIGN_IN_ONCE_MORE, words::STILL_YOU)
        } else {
            (common::SIGN_IN, "")
        };
        // Without a provider the form is the only way there is.
        let providers_only = self.has_no_password && !self.providers.is_empty();
        let (known, next) = (!self.identifier.is_empty(), self.next.clone());
        let error = self
            .error
            .map(|error| view! { <Banner tone=Tone::Bad>{error.text()}</Banner> });
        let form = (!providers_only).then(|| {
            view! {
                <PostForm action="/login" class="space-y-5">
                    {self.next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
                    {self
                        .is_again
                        .then(|| view! { <input type="hidden" name="again" value="1" /> })}
                    <Field
                        name="identifier"
                        label=words::IDENTIFIER
                        kind=Kind::Identifier
                        value=self.identifier
                        autofocus=!known
                    />
                    <Field
                        name="password"
                        label=common::PASSWORD
                        kind=Kind::CurrentPassword
                        autofocus=known
                    />
                    <Submit text=common::SIGN_IN wide=true />
                </PostForm>
            }
        });
        view! {
            <div class="mx-auto w-full max-w-md">
            <GateCard title text>
                {error}
                <ProviderLinks
                    providers=self.providers
                    next
                    fresh=self.is_again
                    alone=providers_only
                />
                {form}
            </GateCard>
            {(self.sign_up_open && !self.is_again)
                .then(|| {
                    view! {
                        <p class="mt-6 text-center text-sm text-muted">
                            {words::NO_ACCOUNT} <a href="/register" class="link">
                                {words::CREATE_ONE}
                            </a>
                        </p>
                    }
                })}
            </div>
        }
        .into_any()
    }
}
