//! `/admin/nodes`

#[expect(unreachable_pub, reason = "what the component macro writes is public")]
mod revocations;

use latchkey_types::UnixMillis;
use leptos::prelude::*;

use self::revocations::RevocationTable;
pub use self::revocations::{ReceiptItem, ReceptionItem, RevocationItem, Revoked};
use crate::{
    Frame, Page,
    component::{Badge, Banner, Card, Cell, Empty, Glyph, Heading, Pager, Row, Table, Tone, When},
    words::{
        common,
        nodes::{self as words, revocations as latest},
        phrase::{gap, thousands},
    },
};

/// One node.
#[derive(Debug, Clone)]
pub struct NodeItem {
    /// What it calls itself.
    pub name: String,
    /// Its release.
    pub version: String,
    /// How it is.
    pub standing: NodeStanding,
    /// When it began to serve.
    pub started_at: UnixMillis,
    /// When it beat last.
    pub beat_at: UnixMillis,
    /// How old what it knew was then, in milliseconds; `None` before its first poll.
    pub lag_ms: Option<u64>,
    /// How old that may get before it refuses.
    pub bound_ms: u64,
    /// Whether hints of other nodes reach it.
    pub is_listening: bool,
    /// Signals that it has applied since its start.
    pub applied: u64,
}

/// How a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeStanding {
    /// It knows of every end within its bound.
    Fresh,
    /// What it knows is too old: it refuses everybody.
    Behind,
    /// Nothing is heard of it.
    Silent {
        /// From when on it lets nobody in, cut off as it is.
        refuses_since: UnixMillis,
    },
    /// Nothing was heard of it for an hour.
    Gone {
        /// From when on it let nobody in.
        refuses_since: UnixMillis,
    },
    /// It was shut down.
    Stopped {
        /// When.
        at: UnixMillis,
    },
}

impl NodeStanding {
    const fn label(self) -> &'static str {
        match self {
            Self::Fresh => words::FRESH,
            Self::Behind => words::BEHIND,
            Self::Silent { .. } => words::SILENT,
            Self::Gone { .. } => words::GONE,
            Self::Stopped { .. } => words::STOPPED,
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Fresh => Tone::Good,
            Self::Behind => Tone::Bad,
            Self::Silent { .. } => Tone::Caution,
            Self::Gone { .. } | Self::Stopped { .. } => Tone::Plain,
        }
    }
}

/// The nodes, and what became of the latest revocations on each.
#[derive(Debug, Clone)]
pub struct AdminNodesPage {
    /// The nodes: those that run, those that stopped or fell silent within a day.
    pub nodes: Vec<NodeItem>,
    /// Whether the database is a file, so that there is one node and nobody to send it hints.
    pub is_embedded: bool,
    /// The revocations, newest first.
    pub revocations: Vec<RevocationItem>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is not it.
    pub first: Option<String>,
}

impl Page for AdminNodesPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let text = if self.is_embedded {
            words::ABOUT_ONE
        } else {
            words::ABOUT_MANY
        };
        let warnings = warnings(&self.nodes);
        let nodes = if self.nodes.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Monitor
                    title=words::NONE
                    text=words::NONE_TEXT
                />
            }
            .into_any()
        } else {
            view! { <NodeTable nodes=self.nodes is_embedded=self.is_embedded /> }.into_any()
        };
        let revocations = if self.revocations.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Check
                    title=latest::NONE
                    text=latest::NONE_TEXT
                />
            }
            .into_any()
        } else {
            view! { <RevocationTable revocations=self.revocations /> }.into_any()
        };
        view! {
            <Heading title=words::TITLE text />
            {warnings}
            <div class="card">{nodes}</div>
            <div class="mt-6">
                <Card
                    title=latest::TITLE
                    id="latest-revocations"
                    text=latest::ABOUT
                    flush=true
                >
                    {revocations}
                </Card>
            </div>
            <Pager first=self.first next=self.next />
        }
        .into_any()
    }
}

/// What is wrong with nodes, and what to do.
fn warnings(nodes: &[NodeItem]) -> AnyView {
    let named = |is_meant: fn(NodeStanding) -> bool| -> Vec<String> {
        let meant = nodes.iter().filter(|node| is_meant(node.standing));
        meant.map(|node| node.name.clone()).collect()
    };
    let behind = named(|standing| standing == NodeStanding::Behind);
    let silent = named(|standing| matches!(standing, NodeStanding::Silent { .. }));
    let behind = (!behind.is_empty()).then(|| {
        view! {
            <Banner tone=Tone::Bad>
                <strong>{words::are_behind(&behind)}</strong>
                {words::BEHIND_TEXT}
            </Banner>
        }
    });
    let silent = (!silent.is_empty()).then(|| {
        view! {
            <Banner tone=Tone::Caution>
                <strong>{words::are_silent(&silent)}</strong>
                {words::SILENT_TEXT}
            </Banner>
        }
    });
    view! {
        {behind}
        {silent}
    }
    .into_any()
}

#[component]
fn NodeTable(nodes: Vec<NodeItem>, is_embedded: bool) -> impl IntoView {
    let columns = vec![
        words::NODE,
        common::STATE,
        words::STARTED,
        words::LAST_BEAT,
        words::LAG,
        words::HEARS_BY,
        words::SIGNALS_APPLIED,
    ];
    let rows = nodes
        .into_iter()
        .map(|node| view! { <NodeRow node is_embedded /> })
        .collect_view();
    view! {
        <Table caption=words::TITLE columns>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn NodeRow(node: NodeItem, is_embedded: bool) -> impl IntoView {
    let since = match node.standing {
        NodeStanding::Silent { refuses_since } | NodeStanding::Gone { refuses_since } => {
            Some((words::LETS_NOBODY_IN, refuses_since))
        }
        NodeStanding::Stopped { at } => Some(("", at)),
        NodeStanding::Fresh | NodeStanding::Behind => None,
    }
    .map(|(words, at)| {
        view! {
            <span class="note">
                {words} <When at />
            </span>
        }
    });
    let lag = match node.lag_ms {
        Some(lag_ms) => view! {
            <span class="whitespace-nowrap">{gap(lag_ms)}</span>
            <span class="note">{words::at_most(&gap(node.bound_ms))}</span>
        }
        .into_any(),
        None => view! { <span class="text-muted">{common::NONE}</span> }.into_any(),
    };
    let hears = match (is_embedded, node.is_listening) {
        (true, _) => words::POLLS,
        (false, true) => words::HINTS_AND_POLLS,
        (false, false) => words::POLLS_ONLY,
    };
    view! {
        <Row>
            <Cell>
                <span class="font-medium text-ink wrap-anywhere">{node.name}</span>
                <span class="note">{words::version(&node.version)}</span>
            </Cell>
            <Cell label=common::STATE>
                <Badge tone=node.standing.tone() text=node.standing.label() />
                {since}
            </Cell>
            <Cell label=words::STARTED>
                <When at=node.started_at />
            </Cell>
            <Cell label=words::LAST_BEAT>
                <When at=node.beat_at />
            </Cell>
            <Cell label=words::LAG>{lag}</Cell>
            <Cell label=words::HEARS_BY>{hears}</Cell>
            <Cell label=words::SIGNALS_APPLIED>{thousands(node.applied)}</Cell>
        </Row>
    }
    .into_any()
}
