//! A labelled input with its hint and its error, tied together for screen readers.

use crate::words::part;
use leptos::prelude::*;

/// What is typed into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name that one signs in with.
    Username,
    /// A name or an e-mail address.
    Identifier,
    /// An e-mail address.
    Email,
    /// A name for somebody else.
    OthersUsername,
    /// Somebody else's e-mail address.
    OthersEmail,
    /// The password that is in force.
    CurrentPassword,
    /// A password to be.
    NewPassword,
}

/// What the hint of a new password says and the browser holds to. The server has the last word.
const NEW_PASSWORD_LENGTH: i64 = 15;

impl Kind {
    const fn input_type(self) -> &'static str {
        match self {
            Self::Username | Self::Identifier | Self::OthersUsername => "text",
            Self::Email | Self::OthersEmail => "email",
            Self::CurrentPassword | Self::NewPassword => "password",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Username | Self::Identifier => "username",
            Self::Email => "email",
            // Whoever types it has a name and an address of their own.
            Self::OthersUsername | Self::OthersEmail => "off",
            Self::CurrentPassword => "current-password",
            Self::NewPassword => "new-password",
        }
    }

    /// Passwords have none: a browser cuts off what is pasted beyond it without a word, and the
    /// user's keeper of passwords would then hold another one than we do.
    const fn maxlength(self) -> Option<i64> {
        match self {
            Self::Username | Self::OthersUsername => Some(64),
            Self::Identifier | Self::Email | Self::OthersEmail => Some(254),
            Self::CurrentPassword | Self::NewPassword => None,
        }
    }

    const fn minlength(self) -> Option<i64> {
        match self {
            Self::NewPassword => Some(NEW_PASSWORD_LENGTH),
            _ => None,
        }
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::NewPassword => part::NEW_PASSWORD_HINT,
            _ => "",
        }
    }
}

/// An input with its label. Its id is its name.
#[component]
pub(crate) fn Field(
    /// The name under which it is sent.
    name: &'static str,
    /// What it asks for.
    label: &'static str,
    /// What is typed into it.
    kind: Kind,
    /// What was typed before. Passwords never are.
    #[prop(optional, into)]
    value: String,
    /// What is wrong with it.
    #[prop(default = None)]
    error: Option<String>,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Whether typing starts here.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let hint = kind.hint();
    let hint_id = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let error_id = error.is_some().then(|| format!("{name}-error"));
    let described_by = [hint_id.clone(), error_id.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    view! {
        <div class="field">
            <label for=name class="label">
                {label}
                {optional.then(|| view! { <span class="font-normal text-muted">{part::OPTIONAL}</span> })}
            </label>
            <input
                id=name
                name=name
                type=kind.input_type()
                class="input"
                value=(!value.is_empty()).then_some(value)
                autocomplete=kind.autocomplete()
                autocapitalize="none"
                spellcheck="false"
                required=!optional
                autofocus=autofocus
                maxlength=kind.maxlength()
                minlength=kind.minlength()
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=(!described_by.is_empty()).then_some(described_by)
            />
            {error_id
                .map(|id| {
                    view! {
                        <p id=id class="mt-1.5 text-sm font-medium text-danger">
                            {error}
                        </p>
                    }
                })}
            {hint_id
                .map(|id| {
                    view! {
                        <p id=id class="mt-1.5 text-sm text-muted">
                            {hint}
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}

/// A text to be taken along, such as a link: one press into it and it can be copied whole.
#[component]
pub(crate) fn CopyField(
    /// Its id.
    id: &'static str,
    /// What it is.
    label: &'static str,
    /// The text.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id class="label">
                {label}
            </label>
            <input id=id type="text" readonly=true class="input copied" value=value />
        </div>
    }
    .into_any()
}
