//! `/login`

use leptos::prelude::*;

use super::provider::ProviderButton;
use crate::{
    Frame, Page,
    component::{Banner, Field, GateCard, Kind, PostForm, ProviderLinks, Submit, Tone},
    phrase::wait,
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
            Self::Refused => "That name and password do not match.".to_owned(),
            Self::Limited { retry_after } => {
                format!("Too many attempts. Try again in {}.", wait(retry_after))
            }
            Self::Busy => {
                "The server is busy right now. Your attempt was not counted: try again in a moment."
                    .to_owned()
            }
            Self::Incomplete => "Enter both your name and your password.".to_owned(),
        }
    }
}

impl Page for LoginPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let (title, text) = if self.is_again {
            (
                "Sign in once more",
                "Before you go on, show that it is still you.",
            )
        } else {
            ("Sign in", "")
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
                        label="Username or e-mail address"
                        kind=Kind::Identifier
                        value=self.identifier
                        autofocus=!known
                    />
                    <Field
                        name="password"
                        label="Password"
                        kind=Kind::CurrentPassword
                        autofocus=known
                    />
                    <Submit text="Sign in" wide=true />
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
                            "No account yet? " <a href="/register" class="link">
                                "Create one"
                            </a>
                        </p>
                    }
                })}
            </div>
        }
        .into_any()
    }
}
