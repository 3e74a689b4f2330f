//! `/invitation`: what a link leads to.

use latchkey_types::Role;
use leptos::prelude::*;

use super::{register::AccountFieldErrors, security::WhosePassword};
use crate::{
    Frame, Page,
    component::{
        Banner, ErrorSummary, Field, GateCard, Kind, LinkButton, Look, PostForm, Submit, Tone,
    },
    words::{common, entry::invitation as words},
};

/// The page of a link.
///
/// Form: POST `/invitation` with `password`, and where the account is not there yet with `username`
/// (unless it is given) and `email` (optional); `csrf`. The one-time code is in a cookie by then,
/// never on the page.
#[derive(Debug, Clone)]
pub enum InvitationPage {
    /// The link is good.
    Form(InvitationForm),
    /// It is not, for whichever reason.
    Invalid,
}

/// What a good link asks for.
#[derive(Debug, Clone)]
pub struct InvitationForm {
    /// The username, where it is not theirs to choose.
    pub given: Option<String>,
    /// Whether the account is there and lacks the password alone.
    pub is_made: bool,
    /// What they will be allowed to do.
    pub role: Role,
    /// What was typed before.
    pub username: String,
    /// What was typed before, or what the maker of the link gave.
    pub email: String,
    /// Who is signed in in this browser, if somebody is.
    pub signed_in: Option<String>,
    /// What went wrong.
    pub errors: AccountFieldErrors,
}

impl Page for InvitationPage {
    fn view(self, _frame: &Frame) -> AnyView {
        match self {
            Self::Form(form) => view! { <Invited form /> }.into_any(),
            Self::Invalid => view! {
                <div class="mx-auto w-full max-w-md">
                <GateCard
                    title=common::LINK_DOES_NOT_WORK
                    text=words::INVALID
                >
                    <p class="text-sm text-muted">
                        {words::ASK}
                    </p>
                    <div class="mt-5">
                        <LinkButton text=common::GO_TO_SIGN_IN href="/login" look=Look::Plain />
                    </div>
                </GateCard>
                </div>
            }
            .into_any(),
        }
    }
}

#[component]
fn Invited(form: InvitationForm) -> impl IntoView {
    let title = if form.is_made {
        words::CHOOSE_PASSWORD
    } else {
        words::INVITED
    };
    let text = words::about(form.given.as_deref(), form.is_made, form.role);
    let signed_in = form.signed_in.map(|name| {
        view! {
            <Banner tone=Tone::Plain>
                {words::signed_in_as(&name)}
            </Banner>
        }
    });
    let errors = form.errors;
    let asks_name = form.given.is_none();
    let (name_wrong, email_wrong) = (errors.username.is_some(), errors.email.is_some());
    let anything_wrong = errors != AccountFieldErrors::default();
    let first = if asks_name && (name_wrong || !anything_wrong) {
        "username"
    } else if email_wrong && !form.is_made {
        "email"
    } else {
        "password"
    };
    let name = match form.given {
        Some(username) => view! { <WhosePassword username /> }.into_any(),
        None => view! {
            <Field
                name="username"
                label=common::USERNAME
                kind=Kind::Username
                value=form.username
                error=errors.username.clone()
                autofocus=first == "username"
            />
        }
        .into_any(),
    };
    let email = (!form.is_made).then(|| {
        view! {
            <Field
                name="email"
                label=common::EMAIL_ADDRESS
                kind=Kind::Email
                value=form.email
                error=errors.email.clone()
                optional=true
                autofocus=first == "email"
            />
        }
    });
    let button = if form.is_made {
        words::SET_PASSWORD
    } else {
        common::CREATE_ACCOUNT
    };
    view! {
        <div class="mx-auto w-full max-w-md">
        {signed_in}
        <GateCard title text>
            <ErrorSummary
                form=errors.form
                fields=vec![
                    ("username", common::USERNAME, asks_name && name_wrong),
                    ("email", common::EMAIL_ADDRESS, !form.is_made && email_wrong),
                    ("password", common::PASSWORD, errors.password.is_some()),
                ]
            />
            <PostForm action="/invitation" class="space-y-5">
                {name}
                {email}
                <Field
                    name="password"
                    label=common::PASSWORD
                    kind=Kind::NewPassword
                    error=errors.password
                    autofocus=first == "password"
                />
                <Submit text=button wide=true />
            </PostForm>
        </GateCard>
        </div>
    }
    .into_any()
}
