//! `/account/security`

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{Card, ErrorSummary, Field, Heading, Kind, PostForm, Submit},
};

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

/// Changing the password. Form: POST `/account/security/password` with `current`, `new`, `csrf`.
/// Says that all other sessions end.
#[derive(Debug, Clone, Default)]
pub struct SecurityPage {
    /// What went wrong.
    pub errors: PasswordErrors,
    /// For password managers: `autocomplete="username"` in a hidden field.
    pub username: String,
}

impl Page for SecurityPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let new_first = self.errors.current.is_none() && self.errors.new.is_some();
        view! {
            <Heading title="Security" text="What you prove yourself with." />
            <div class="max-w-xl">
                <ErrorSummary
                    form=self.errors.form
                    fields=vec![
                        ("current", "Current password", self.errors.current.is_some()),
                        ("new", "New password", self.errors.new.is_some()),
                    ]
                />
                <Card
                    title="Change password"
                    id="change-password"
                    text="All your other sessions end at once; this one stays."
                >
                    <PostForm action="/account/security/password" class="space-y-5">
                        // Tells a keeper of passwords whose password this is. It has no name, so it
                        // is never sent.
                        <input
                            type="text"
                            autocomplete="username"
                            aria-label="Username"
                            value=self.username
                            readonly
                            hidden
                        />
                        <Field
                            name="current"
                            label="Current password"
                            kind=Kind::CurrentPassword
                            error=self.errors.current
                            autofocus=!new_first
                        />
                        <Field
                            name="new"
                            label="New password"
                            kind=Kind::NewPassword
                            error=self.errors.new
                            autofocus=new_first
                        />
                        <Submit text="Change password" />
                    </PostForm>
                </Card>
            </div>
        }
        .into_any()
    }
}
