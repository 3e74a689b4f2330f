//! What was revoked, and what became of it on each node.

use latchkey_types::UnixMillis;
use leptos::prelude::*;

use crate::{
    component::{Cell, PersonLink, Row, Table, Tone, When},
    page::sessions::UserLink,
    phrase::{counted, gap},
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
            caption="What ended or changed, newest first"
            columns=vec!["What", "Whose", "When", "All nodes", "Each node"]
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
        None => view! { <span class="text-muted">"–"</span> }.into_any(),
    };
    let what = what(revocation.what);
    let (tone, all) = all_nodes(&revocation.receipts);
    let receipts = each_node(revocation.receipts);
    let at = revocation.at;
    view! {
        <Row>
            <Cell>{what}</Cell>
            <Cell label="Whose">{whose}</Cell>
            <Cell label="When">
                <When at />
            </Cell>
            <Cell label="All nodes">
                <span class=match tone {
                    Tone::Good => "text-ink",
                    Tone::Bad => "font-medium text-danger",
                    _ => "text-muted",
                }>{all}</span>
            </Cell>
            <Cell label="Each node">{receipts}</Cell>
        </Row>
    }
    .into_any()
}

fn what(what: Revoked) -> AnyView {
    let (title, note) = match what {
        Revoked::Session { short } => ("Session ended", format!("…{short}").into_any()),
        Revoked::Family { id, short } => (
            "API sign-in ended",
            view! {
                <a href=format!("/admin/families/{id}") class="link">
                    {format!("…{short}")}
                </a>
            }
            .into_any(),
        ),
        Revoked::Several { sessions, families } => (
            "Signed out",
            format!(
                "{}, {}",
                counted(sessions, "session", "sessions"),
                counted(families, "API sign-in", "API sign-ins")
            )
            .into_any(),
        ),
        Revoked::User => ("User changed", "Role, state, name or password".into_any()),
        Revoked::Keys => ("Signing keys changed", ().into_any()),
        Revoked::Unknown { kind } => ("Of a later release", kind.into_any()),
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
        let text = counted(missing, "node is missing", "nodes are missing");
        return (Tone::Bad, text);
    }
    if awaited > 0 {
        return (Tone::Plain, "Not told yet".to_owned());
    }
    match (longest, refusing) {
        (Some(longest), 0) => (Tone::Good, format!("Within {}", gap(longest))),
        (Some(longest), _) => {
            let rest = counted(refusing, "refuses", "refuse");
            (Tone::Good, format!("Within {}; {rest}", gap(longest)))
        }
        (None, 0) => (Tone::Plain, "None was there".to_owned()),
        (None, _) => (Tone::Plain, "None lets anybody in".to_owned()),
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
                    <span class="text-muted">"lets nobody in since " <When at=since /></span>
                }
                .into_any(),
                ReceptionItem::Awaited => {
                    view! { <span class="text-muted">"not told yet"</span> }.into_any()
                }
                ReceptionItem::Missing => {
                    view! { <span class="font-medium text-danger">"missing"</span> }.into_any()
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
        return view! { <span class="text-muted">"–"</span> }.into_any();
    }
    let later = (later > 0).then(|| {
        let text = counted(later, "node started", "nodes started");
        view! { <li class="text-muted">{format!("{text} later, knowing it")}</li> }
    });
    let gone = (gone > 0).then(|| {
        let text = counted(gone, "node stopped", "nodes stopped");
        view! { <li class="text-muted">{format!("{text} meanwhile")}</li> }
    });
    view! { <ul class="space-y-0.5">{lines} {later} {gone}</ul> }.into_any()
}
