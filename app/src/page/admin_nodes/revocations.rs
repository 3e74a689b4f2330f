//! What was revoked, and what became of it on each node.

use latchkey_types::UnixMillis;
use leptos::prelude::*;

use crate::{
    component::{Cell, PersonLink, Row, Table, Tone, When},
    page::sessions::UserLink,
    words::{
        common,
        nodes::{self, revocations as words},
        phrase::gap,
    },
};

/// Something that was revoked or changed.
#[derive(Debug, Clone)]
pub struct RevocationItem {
    /// What it is.
    pub what: Revoked,
    /// Whose it was.
    pub user: Option<UserLink>,
    /// When.
    pub at: UnixMillis,
    /// What became of it on each node.
    pub receipts: Vec<ReceiptItem>,
}

/// What was revoked or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// A session.
    Session {
        /// The end of its id.
        short: String,
    },
    /// A refresh family.
    Family {
        /// Its id.
        id: String,
        /// The end of it.
        short: String,
    },
    /// Several of one user's.
    Several {
        /// So many sessions.
        sessions: u64,
        /// So many refresh families.
        families: u64,
    },
    /// What a user is or may do.
    User,
    /// The signing keys.
    Keys,
    /// Something that a later release knows.
    Unknown {
        /// What it calls it.
        kind: String,
    },
}

/// What became of a revocation on one node.
#[derive(Debug, Clone)]
pub struct ReceiptItem {
    /// What the node calls itself.
    pub node: String,
    /// What became of it.
    pub reception: ReceptionItem,
}

/// What became of a revocation on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceptionItem {
    /// Applied, after so many milliseconds at most.
    Applied {
        /// So many.
        within_ms: u64,
    },
    /// The node started later, and knew of it before it answered anybody.
    Rebuilt,
    /// The node is silent, and lets nobody in.
    Refusing {
        /// Since when.
        since: UnixMillis,
    },
    /// The node stopped before.
    Gone,
    /// The next beat will tell.
    Awaited,
    /// It should have been applied by now.
    Missing,
}

/// What was revoked, with what became of it on each node.
#[component]
pub(super) fn RevocationTable(revocations: Vec<RevocationItem>) -> impl IntoView {
    let rows = revocations
        .into_iter()
        .map(|revocation| view! { <RevocationRow revocation /> })
        .collect_view();
    view! {
        <Table
            caption=words::CAPTION
            columns=vec![common::WHAT, words::WHOSE, common::WHEN, words::ALL_NODES, words::EACH_NODE]
        >
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn RevocationRow(revocation: RevocationItem) -> impl IntoView {
    let whose = match revocation.user {
        Some(user) => view! { <PersonLink user /> }.into_any(),
        None => view! { <span class="text-muted">{common::NONE}</span> }.into_any(),
    };
    let what = what(revocation.what);
    let (tone, all) = all_nodes(&revocation.receipts);
    let receipts = each_node(revocation.receipts);
    let at = revocation.at;
    view! {
        <Row>
            <Cell>{what}</Cell>
            <Cell label=words::WHOSE>{whose}</Cell>
            <Cell label=common::WHEN>
                <When at />
            </Cell>
            <Cell label=words::ALL_NODES>
                <span class=match tone {
                    Tone::Good => "text-ink",
                    Tone::Bad => "font-medium text-danger",
                    _ => "text-muted",
                }>{all}</span>
            </Cell>
            <Cell label=words::EACH_NODE>{receipts}</Cell>
        </Row>
    }
    .into_any()
}

fn what(what: Revoked) -> AnyView {
    let (title, note) = match what {
        Revoked::Session { short } => (words::SESSION_ENDED, format!("…{short}").into_any()),
        Revoked::Family { id, short } => (
            words::API_SIGN_IN_ENDED,
            view! {
                <a href=format!("/admin/families/{id}") class="link">
                    {format!("…{short}")}
                </a>
            }
            .into_any(),
        ),
        Revoked::Several { sessions, families } => (
            words::SIGNED_OUT,
            words::several(sessions, families).into_any(),
        ),
        Revoked::User => (words::USER_CHANGED, words::USER_CHANGED_NOTE.into_any()),
        Revoked::Keys => (words::KEYS_CHANGED, ().into_any()),
        Revoked::Unknown { kind } => (words::UNKNOWN, kind.into_any()),
    };
    view! {
        <span class="font-medium text-ink">{title}</span>
        <span class="note">{note}</span>
    }
    .into_any()
}

/// In a word, whether all nodes that are there know of it.
fn all_nodes(receipts: &[ReceiptItem]) -> (Tone, String) {
    let count = |is_meant: fn(ReceptionItem) -> bool| {
        let meant = receipts.iter().filter(|one| is_meant(one.reception));
        meant.count() as u64
    };
    let missing = count(|one| one == ReceptionItem::Missing);
    let awaited = count(|one| one == ReceptionItem::Awaited);
    let refusing = count(|one| matches!(one, ReceptionItem::Refusing { .. }));
    let longest = receipts
        .iter()
        .filter_map(|one| match one.reception {
            ReceptionItem::Applied { within_ms } => Some(within_ms),
            _ => None,
        })
        .max();
    if missing > 0 {
        return (Tone::Bad, words::missing(missing));
    }
    if awaited > 0 {
        return (Tone::Plain, words::AWAITED_BY_SOME.to_owned());
    }
    match (longest, refusing) {
        (Some(longest), _) => (Tone::Good, words::within(&gap(longest), refusing)),
        (None, 0) => (Tone::Plain, words::NONE_WAS_THERE.to_owned()),
        (None, _) => (Tone::Plain, words::NONE_LETS_IN.to_owned()),
    }
}

/// What became of it on each node. Those that started later or were gone are only counted.
fn each_node(receipts: Vec<ReceiptItem>) -> AnyView {
    let mut later = 0;
    let mut gone = 0;
    let lines = receipts
        .into_iter()
        .filter_map(|receipt| {
            let said = match receipt.reception {
                ReceptionItem::Rebuilt => {
                    later += 1;
                    return None;
                }
                ReceptionItem::Gone => {
                    gone += 1;
                    return None;
                }
                ReceptionItem::Applied { within_ms } => {
                    view! { <span class="text-muted">{gap(within_ms)}</span> }.into_any()
                }
                ReceptionItem::Refusing { since } => view! {
                    <span class="text-muted">{nodes::LETS_NOBODY_IN} <When at=since /></span>
                }
                .into_any(),
                ReceptionItem::Awaited => {
                    view! { <span class="text-muted">{words::AWAITED}</span> }.into_any()
                }
                ReceptionItem::Missing => {
                    view! { <span class="font-medium text-danger">{words::MISSING}</span> }
                        .into_any()
                }
            };
            Some(view! {
                <li class="flex flex-wrap gap-x-2">
                    <span class="wrap-anywhere text-ink">{receipt.node}</span>
                    {said}
                </li>
            })
        })
        .collect::<Vec<_>>();
    if lines.is_empty() && later == 0 && gone == 0 {
        return view! { <span class="text-muted">{common::NONE}</span> }.into_any();
    }
    let later = (later > 0).then(|| {
        view! { <li class="text-muted">{words::started_later(later)}</li> }
    });
    let gone = (gone > 0).then(|| {
        view! { <li class="text-muted">{words::stopped_meanwhile(gone)}</li> }
    });
    view! { <ul class="space-y-0.5">{lines} {later} {gone}</ul> }.into_any()
}
