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
    phrase::{counted, gap, thousands},
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
            Self::Fresh => "Fresh",
            Self::Behind => "Behind",
            Self::Silent { .. } => "Silent",
            Self::Gone { .. } => "Gone",
            Self::Stopped { .. } => "Stopped",
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
            "The process that serves this database. It hears of every end at once, of those by the command line too."
        } else {
            "The processes that serve this database together. Each hears of every end within its bound, or lets nobody in."
        };
        let warnings = warnings(&self.nodes);
        let nodes = if self.nodes.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Monitor
                    title="No node has been heard of"
                    text="Each writes a heartbeat from its first second on."
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
                    title="Nothing was revoked"
                    text="What ends or changes is listed here for an hour. The record has it for good."
                />
            }
            .into_any()
        } else {
            view! { <RevocationTable revocations=self.revocations /> }.into_any()
        };
        view! {
            <Heading title="Nodes" text />
            {warnings}
            <div class="card">{nodes}</div>
            <div class="mt-6">
                <Card
                    title="Latest revocations"
                    id="latest-revocations"
                    text="What ended or changed within the last hour, and how long after it each node had applied it at the latest."
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
                <strong>{who(&behind, "behind")}</strong>
                ", and refuses everybody until the signals are read again. Its log says why they are not: look whether the database answers there, and whether the address of the feed leads to the primary."
            </Banner>
        }
    });
    let silent = (!silent.is_empty()).then(|| {
        view! {
            <Banner tone=Tone::Caution>
                <strong>{who(&silent, "silent")}</strong>
                ". Cut off from the database, a node lets nobody in. If it was taken away or has crashed, nothing is to be done: after an hour it counts as gone. Otherwise look whether it runs, and whether it reaches the database."
            </Banner>
        }
    });
    view! {
        {behind}
        {silent}
    }
    .into_any()
}

fn who(names: &[String], how: &str) -> String {
    match names {
        [name] => format!("{name} is {how}"),
        names => {
            let nodes = counted(names.len() as u64, "node", "nodes");
            format!("{nodes} are {how}")
        }
    }
}

#[component]
fn NodeTable(nodes: Vec<NodeItem>, is_embedded: bool) -> impl IntoView {
    let columns = vec![
        "Node",
        "State",
        "Started",
        "Last beat",
        "Lag",
        "Hears by",
        "Signals applied",
    ];
    let rows = nodes
        .into_iter()
        .map(|node| view! { <NodeRow node is_embedded /> })
        .collect_view();
    view! {
        <Table caption="Nodes" columns>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn NodeRow(node: NodeItem, is_embedded: bool) -> impl IntoView {
    let since = match node.standing {
        NodeStanding::Silent { refuses_since } | NodeStanding::Gone { refuses_since } => {
            Some(("lets nobody in since ", refuses_since))
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
            <span class="note">{format!("of {} at most", gap(node.bound_ms))}</span>
        }
        .into_any(),
        None => view! { <span class="text-muted">"–"</span> }.into_any(),
    };
    let hears = match (is_embedded, node.is_listening) {
        (true, _) => "Polls",
        (false, true) => "Hints and polls",
        (false, false) => "Polls only",
    };
    view! {
        <Row>
            <Cell>
                <span class="font-medium text-ink wrap-anywhere">{node.name}</span>
                <span class="note">{format!("Version {}", node.version)}</span>
            </Cell>
            <Cell label="State">
                <Badge tone=node.standing.tone() text=node.standing.label() />
                {since}
            </Cell>
            <Cell label="Started">
                <When at=node.started_at />
            </Cell>
            <Cell label="Last beat">
                <When at=node.beat_at />
            </Cell>
            <Cell label="Lag">{lag}</Cell>
            <Cell label="Hears by">{hears}</Cell>
            <Cell label="Signals applied">{thousands(node.applied)}</Cell>
        </Row>
    }
    .into_any()
}
