//! `/admin/bulk-ends` and `/admin/bulk-ends/{id}`: orders to end many, and how far each is.

use latchkey_types::{BulkEndState, BulkTarget, UnixMillis};
use leptos::prelude::*;

use super::sessions::UserLink;
use crate::{
    Frame, Page,
    component::{
        BulkBadge, Card, Cell, ConfirmButton, Empty, Fact, Facts, Glyph, Heading, LinkButton, Look,
        Pager, PersonLink, Row, Table, When, how_many, list_of, progress_text,
    },
    phrase::{Tally, counted},
};

/// One order.
#[derive(Debug, Clone)]
pub struct BulkEndItem {
    /// Its id as text.
    pub id: String,
    /// What it is about.
    pub target: BulkTarget,
    /// Which, in words.
    pub words: String,
    /// When it was given.
    pub ordered_at: UnixMillis,
    /// By whom; nobody where it was on the command line.
    pub ordered_by: Option<UserLink>,
    /// Whether that through which it was given was left alone.
    pub spares_own: bool,
    /// So many were there.
    pub found: Tally,
    /// Of so many users.
    pub users: u64,
    /// So many have ended.
    pub ended: u64,
    /// And so many API sign-ins with the sessions that had opened them.
    pub families: u64,
    /// So many were over before their turn came.
    pub skipped: Option<u64>,
    /// How far it is.
    pub state: BulkEndState,
    /// When work on it began.
    pub started_at: Option<UnixMillis>,
    /// When it was through, or stopped.
    pub finished_at: Option<UnixMillis>,
    /// Who stopped it.
    pub stopped_by: Option<UserLink>,
}

/// What a list says of orders that are about it.
#[derive(Debug, Clone, Default)]
pub struct BulkLinks {
    /// The page that asks before all that match end; `None` where nothing can.
    pub end_all: Option<String>,
    /// The order that is carried out.
    pub running: Option<BulkEndItem>,
    /// How many wait after it.
    pub waiting: u64,
}

/// All orders, newest first.
#[derive(Debug, Clone)]
pub struct BulkEndsPage {
    /// A page of them.
    pub items: Vec<BulkEndItem>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is not it.
    pub first: Option<String>,
}

impl Page for BulkEndsPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let list = if self.items.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Monitor
                    title="Nothing was ended in bulk"
                    text="Choose rows in the list of sessions or API sign-ins, or end all that match a filter."
                />
            }
            .into_any()
        } else {
            let rows = self
                .items
                .into_iter()
                .map(|item| view! { <ItemRow item /> })
                .collect_view();
            view! {
                <Table
                    caption="Orders to end many, newest first"
                    columns=vec!["What", "Ordered", "Progress", "State"]
                >
                    {rows}
                </Table>
            }
            .into_any()
        };
        view! {
            <Heading
                title="Bulk ends"
                text="Many sessions or API sign-ins that were ended by one order. Kept for a year."
            >
                <LinkButton text="Sessions" href="/admin/sessions" look=Look::Plain />
                <LinkButton text="API sign-ins" href="/admin/families" look=Look::Plain />
            </Heading>
            <div class="card">{list}</div>
            <Pager first=self.first next=self.next />
        }
        .into_any()
    }
}

#[component]
fn ItemRow(item: BulkEndItem) -> impl IntoView {
    let href = format!("/admin/bulk-ends/{}", item.id);
    let progress = progress_text(&item);
    let by = who(item.ordered_by.clone());
    view! {
        <Row>
            <Cell>
                <a href=href class="link wrap-anywhere">
                    {item.words.clone()}
                </a>
            </Cell>
            <Cell label="Ordered">
                <When at=item.ordered_at />
                <span class="note">"by " {by}</span>
            </Cell>
            <Cell label="Progress">{progress}</Cell>
            <Cell label="State">
                <BulkBadge state=item.state begun=item.started_at.is_some() />
                {item
                    .finished_at
                    .map(|at| view! { <span class="note"><When at /></span> })}
            </Cell>
        </Row>
    }
    .into_any()
}

fn who(user: Option<UserLink>) -> AnyView {
    match user {
        Some(user) => view! { <PersonLink user /> }.into_any(),
        None => "the command line".into_any(),
    }
}

/// One order.
///
/// Form, only with `may_end` and while it runs: POST `/admin/bulk-ends/{id}/stop` (`csrf`).
#[derive(Debug, Clone)]
pub struct BulkEndPage {
    /// The order.
    pub item: BulkEndItem,
    /// Whether the viewer may stop it.
    pub may_end: bool,
    /// Whether the browser was told to load the page again by itself; `None` where there is nothing
    /// to wait for.
    pub refreshes: Option<bool>,
}

impl Page for BulkEndPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let item = self.item;
        let path = format!("/admin/bulk-ends/{}", item.id);
        let title = match item.target {
            BulkTarget::Sessions => "Bulk end of sessions",
            BulkTarget::Families => "Bulk end of API sign-ins",
        };
        let stop = (self.may_end && item.state == BulkEndState::Running).then(|| {
            view! {
                <ConfirmButton
                    id="stop"
                    label="Stop"
                    name="Stop this bulk end"
                    question="Stop here?"
                    consequence="What has ended stays so. The rest is left alone, and you can order it again."
                    action=format!("{path}/stop")
                />
            }
        });
        view! {
            <Heading title text=item.words.clone()>
                {stop}
                <LinkButton text="All bulk ends" href="/admin/bulk-ends" look=Look::Plain />
            </Heading>
            <div class="flex flex-col gap-6">
                <Progress item=item.clone() refreshes=self.refreshes path />
                <Card title="The order" id="order">
                    <Told item />
                </Card>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Progress(item: BulkEndItem, refreshes: Option<bool>, path: String) -> impl IntoView {
    let text = progress_text(&item);
    // Nothing is left to wait for where it is done, whatever was over before its turn came.
    let (max, value) = match item.state {
        BulkEndState::Done => (1, 1),
        BulkEndState::Running | BulkEndState::Stopped => {
            (item.found.count.max(item.ended).max(1), item.ended)
        }
    };
    let fate = fate(&item);
    let state = item.state;
    let begun = item.started_at.is_some();
    let reload = refreshes.map(|refreshes| {
        let (text, href, link) = if refreshes {
            (
                "This page loads itself again every few seconds. You can leave it: the work goes on. ",
                format!("{path}?still=1"),
                "Keep it still",
            )
        } else {
            (
                "This page stands still. ",
                path,
                "Load it again every few seconds",
            )
        };
        view! {
            <p class="mt-3 text-sm text-muted">
                {text}
                <a href=href class="link">
                    {link}
                </a>
            </p>
        }
    });
    view! {
        <section class="card px-4 py-5 sm:px-6" aria-labelledby="progress-title">
            <div class="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
                <h2 id="progress-title" class="text-base font-semibold text-ink wrap-anywhere">
                    {text.clone()}
                </h2>
                <BulkBadge state begun />
            </div>
            <progress class="progress" max=max value=value aria-labelledby="progress-title">
                {text}
            </progress>
            <p class="mt-3 text-sm text-muted">{fate}</p>
            {reload}
        </section>
    }
    .into_any()
}

/// What became of it, in a sentence or two.
fn fate(item: &BulkEndItem) -> String {
    match (item.state, item.started_at) {
        (BulkEndState::Running, None) => {
            "It waits: orders are carried out one after the other.".to_owned()
        }
        (BulkEndState::Running, Some(_)) => {
            "It is carried out in batches, on any node. Each batch holds everywhere within moments."
                .to_owned()
        }
        (BulkEndState::Done, _) => match item.skipped {
            Some(0) | None => "Everything that it meant is over.".to_owned(),
            Some(1) => {
                "Everything that it meant is over. One was so before its turn came.".to_owned()
            }
            Some(skipped) => format!(
                "Everything that it meant is over. {} were so before their turn came.",
                counted(skipped, "of them", "of them")
            ),
        },
        (BulkEndState::Stopped, _) if item.stopped_by.is_some() => {
            "It was stopped: what had ended stays so, and the rest is left alone.".to_owned()
        }
        (BulkEndState::Stopped, _) => {
            "It was stopped: what had ended stays so, and the rest is left alone. If nobody on the command line did that, look into the log."
                .to_owned()
        }
    }
}

#[component]
fn Told(item: BulkEndItem) -> impl IntoView {
    let found = format!(
        "{} of {}",
        how_many(item.target, item.found),
        counted(item.users, "user", "users")
    );
    let by = who(item.ordered_by.clone());
    let own = match (item.spares_own, item.target) {
        (false, _) => None,
        (true, BulkTarget::Sessions) => Some("The session through which it was ordered"),
        (true, BulkTarget::Families) => Some("The API sign-in through which it was ordered"),
    };
    let list = list_of(item.target);
    view! {
        <Facts>
            <Fact name="Which">{item.words}</Fact>
            <Fact name="Found">{found}</Fact>
            <Fact name="Ordered">
                <When at=item.ordered_at />
                <span class="text-muted">"by"</span>
                {by}
            </Fact>
            {own.map(|own| view! { <Fact name="Left alone">{own}</Fact> })}
            {item.started_at.map(|at| view! { <Fact name="Begun"><When at /></Fact> })}
            {item
                .finished_at
                .map(|at| {
                    let name = if item.state == BulkEndState::Stopped { "Stopped" } else { "Done" };
                    let by = item
                        .stopped_by
                        .map(|user| {
                            view! {
                                <span class="text-muted">"by"</span>
                                <PersonLink user />
                            }
                        });
                    view! {
                        <Fact name>
                            <When at />
                            {by}
                        </Fact>
                    }
                })}
            {(item.families > 0)
                .then(|| {
                    view! {
                        <Fact name="With them">
                            {format!(
                                "{} that the sessions had opened",
                                counted(item.families, "API sign-in", "API sign-ins"),
                            )}
                        </Fact>
                    }
                })}
            <Fact name="See also">
                <a href=list class="link">
                    {match item.target {
                        BulkTarget::Sessions => "Sessions",
                        BulkTarget::Families => "API sign-ins",
                    }}
                </a>
                <a href="/admin/audit?kind=bulk_end.ordered" class="link">
                    "On the record"
                </a>
            </Fact>
        </Facts>
    }
    .into_any()
}
