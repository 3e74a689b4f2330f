//! `/account/connections`

use latchkey_types::UnixMillis;
use leptos::prelude::*;

use super::provider::ProviderButton;
use crate::{
    Frame, Page,
    component::{
        Card, ConnectionTable, Empty, Glyph, Heading, Holding, LinkButton, Look, PostForm,
        ProviderMark,
    },
    words::{common, connections as words},
};

/// Where somebody signs in once more to change their connections.
const SIGN_IN_AGAIN: &str = "/login?again=1&next=/account/connections";

/// An account elsewhere that somebody signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionItem {
    /// Its id as text.
    pub identity_id: String,
    /// With which provider.
    pub provider: ProviderButton,
    /// The e-mail address that the provider told.
    pub email: Option<String>,
    /// When it was connected.
    pub linked_at: UnixMillis,
    /// When it was last signed in with.
    pub last_used_at: Option<UnixMillis>,
    /// Whether the provider says that it was taken over or disabled.
    pub is_blocked: bool,
    /// Whether its owner could not sign in without it.
    pub is_last_way_in: bool,
}

/// The user's own connections.
///
/// Forms: POST `/account/connections/{provider}/link` (`csrf`), POST
/// `/account/connections/{identity_id}/unlink` (`csrf`).
#[derive(Debug, Clone, Default)]
pub struct ConnectionsPage {
    /// The connections, oldest first.
    pub connections: Vec<ConnectionItem>,
    /// What can be connected.
    pub available: Vec<ProviderButton>,
    /// Whether the user has a password too.
    pub has_password: bool,
    /// Whether their sign-in is too old for changes: a link to a new one stands for the buttons.
    pub needs_fresh_proof: bool,
}

impl Page for ConnectionsPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let may_change = !self.needs_fresh_proof;
        let has_something = !(self.connections.is_empty() && self.available.is_empty());
        let again = (self.needs_fresh_proof && has_something).then(|| {
            view! {
                <LinkButton
                    text=words::SIGN_IN_TO_CHANGE
                    href=SIGN_IN_AGAIN
                    look=Look::Plain
                />
            }
        });
        let is_first = self.connections.is_empty();
        let connected = if is_first {
            let (title, text) = if self.available.is_empty() {
                (common::NO_CONNECTIONS, words::NOTHING_OFFERED)
            } else {
                (words::NONE_YET, words::CONNECT_FIRST)
            };
            view! { <Empty glyph=Glyph::Link title text /> }.into_any()
        } else {
            let holding = Holding::Own {
                may_unlink: may_change,
                has_password: self.has_password,
            };
            view! { <ConnectionTable holding connections=self.connections /> }.into_any()
        };
        let available = (!self.available.is_empty())
            .then(|| view! { <Available providers=self.available is_first may_change /> });
        view! {
            <Heading title=common::CONNECTIONS text=words::ABOUT>
                {again}
            </Heading>
            <div class="grid gap-4">
                <div class="card">{connected}</div>
                {available}
            </div>
        }
        .into_any()
    }
}

/// What can be connected.
#[component]
fn Available(providers: Vec<ProviderButton>, is_first: bool, may_change: bool) -> impl IntoView {
    let rows = providers
        .into_iter()
        .map(|provider| {
            let name = provider.name.clone();
            let full_name = words::connect(&name);
            let action = format!("/account/connections/{}/link", provider.id);
            let link = may_change.then(move || {
                view! {
                    <PostForm action>
                        <button
                            type="submit"
                            class=Look::Plain.class()
                            aria-label=full_name
                        >
                            {words::CONNECT}
                        </button>
                    </PostForm>
                }
            });
            view! {
                <li class="feed-row items-center">
                    <ProviderMark provider />
                    <span class="min-w-0 font-medium text-ink wrap-anywhere">{name}</span>
                    {link}
                </li>
            }
        })
        .collect_view();
    let title = if is_first {
        words::CONNECT_AN_ACCOUNT
    } else {
        words::CONNECT_ANOTHER
    };
    view! {
        <Card
            title=title
            id="available"
            text=words::AGREE_THERE
            flush=true
        >
            <ul class="feed">{rows}</ul>
        </Card>
    }
    .into_any()
}

/// The accounts elsewhere that one user signs in with, in the console.
#[component]
pub(super) fn ConnectionsOfUser(
    /// The connections.
    connections: Vec<ConnectionItem>,
) -> impl IntoView {
    let list = if connections.is_empty() {
        view! {
            <Empty
                glyph=Glyph::Link
                title=common::NO_CONNECTIONS
                text=words::NONE_OF_USER
            />
        }
        .into_any()
    } else {
        view! { <ConnectionTable holding=Holding::OneUser connections /> }.into_any()
    };
    view! {
        <Card title=common::CONNECTIONS id="connections" flush=true>
            {list}
        </Card>
    }
    .into_any()
}
