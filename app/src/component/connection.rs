//! Connections: accounts elsewhere that somebody signs in with.

use latchkey_types::{isolated, visible};
use leptos::prelude::*;

use super::{Badge, Cell, ConfirmButton, Day, ProviderMark, Row, Table, Tone, When};
use crate::{
    page::connections::ConnectionItem,
    words::{common, connections::list as words},
};

/// Whose connections a table lists, and what can be done with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    /// The viewer's own.
    Own {
        /// Whether they may be taken away now.
        may_unlink: bool,
        /// Whether the viewer has a password too.
        has_password: bool,
    },
    /// One user's, in the console.
    OneUser,
}

impl Holding {
    const fn caption(self) -> &'static str {
        match self {
            Self::Own { .. } => words::OWN,
            Self::OneUser => words::OF_USER,
        }
    }

    /// Whether any row has a button.
    fn has_buttons(self, connections: &[ConnectionItem]) -> bool {
        let may_unlink = matches!(
            self,
            Self::Own {
                may_unlink: true,
                ..
            }
        );
        may_unlink && connections.iter().any(|item| !item.is_last_way_in)
    }
}

/// A table of connections.
#[component]
pub(crate) fn ConnectionTable(
    /// Whose they are.
    holding: Holding,
    /// The rows.
    connections: Vec<ConnectionItem>,
) -> impl IntoView {
    let has_buttons = holding.has_buttons(&connections);
    let mut columns = vec![common::ACCOUNT, words::CONNECTED, common::LAST_USED];
    if has_buttons {
        columns.push("");
    }
    let rows = connections
        .into_iter()
        .map(|connection| view! { <ConnectionRow holding connection has_buttons /> })
        .collect_view();
    view! {
        <Table caption=holding.caption() columns>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn ConnectionRow(holding: Holding, connection: ConnectionItem, has_buttons: bool) -> impl IntoView {
    let linked_at = connection.linked_at;
    let last_used = match connection.last_used_at {
        Some(at) => view! { <When at /> }.into_any(),
        None => view! { <span class="text-muted">{words::NEVER}</span> }.into_any(),
    };
    let unlink = has_buttons.then(|| {
        let button = (!connection.is_last_way_in).then(|| unlink_button(&connection));
        view! { <Cell buttons=true>{button}</Cell> }
    });
    view! {
        <Row>
            <Cell>
                <Which holding connection />
            </Cell>
            <Cell label=words::CONNECTED>
                <Day at=linked_at />
            </Cell>
            <Cell label=common::LAST_USED>{last_used}</Cell>
            {unlink}
        </Row>
    }
    .into_any()
}

/// The account elsewhere, and what is to be known of it.
#[component]
fn Which(holding: Holding, connection: ConnectionItem) -> impl IntoView {
    let name = visible(&connection.provider.name).into_owned();
    let blocked = connection
        .is_blocked
        .then(|| view! { <Badge tone=Tone::Bad text=words::BLOCKED /> });
    let only_way = (connection.is_last_way_in && holding == Holding::OneUser)
        .then(|| view! { <Badge tone=Tone::Plain text=words::ONLY_WAY_IN /> });
    let email = connection.email.map(|email| {
        let email = visible(&email).into_owned();
        view! {
            <span class="note line">
                <span class="cut" title=isolated(&email).into_owned()>
                    {email.clone()}
                </span>
            </span>
        }
    });
    let why_blocked = connection.is_blocked.then(|| {
        let text = match holding {
            Holding::Own { .. } => words::OWN_BLOCKED,
            Holding::OneUser => words::OTHERS_BLOCKED,
        };
        view! { <p class="note max-w-prose">{text}</p> }
    });
    let why_kept = match holding {
        Holding::Own { has_password, .. } if connection.is_last_way_in => {
            Some(view! { <LastWayIn has_password /> })
        }
        _ => None,
    };
    view! {
        <div class="flex gap-3">
            <ProviderMark provider=connection.provider />
            <div class="min-w-0">
                <span class="line">
                    <span class="font-medium text-ink wrap-anywhere">{name}</span>
                    {blocked}
                    {only_way}
                </span>
                {email}
                {why_blocked}
                {why_kept}
            </div>
        </div>
    }
    .into_any()
}

/// Why the last way in cannot be taken away, and what to do.
#[component]
fn LastWayIn(has_password: bool) -> impl IntoView {
    if has_password {
        return view! {
            <p class="note max-w-prose">
                {words::CONNECT_ANOTHER_FIRST}
            </p>
        }
        .into_any();
    }
    view! {
        <p class="note max-w-prose">
            {words::SET_PASSWORD_BEFORE}
            <a href="/account/security" class="link">
                {words::SET_PASSWORD_LINK}
            </a> {words::SET_PASSWORD_AFTER}
        </p>
    }
    .into_any()
}

fn unlink_button(connection: &ConnectionItem) -> impl IntoView + use<> {
    let id = &connection.identity_id;
    let name = &isolated(&connection.provider.name);
    let email = connection.email.as_deref().map(isolated);
    let account = match &email {
        Some(email) => format!("{name}, {email}"),
        None => name.clone().into_owned(),
    };
    view! {
        <ConfirmButton
            id=format!("unlink-{id}")
            label=words::DISCONNECT
            name=words::disconnect(&account)
            question=words::disconnect_question(name)
            consequence=words::disconnecting(name, email.as_deref())
            action=format!("/account/connections/{id}/unlink")
        />
    }
    .into_any()
}
