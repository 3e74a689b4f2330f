//! `/admin/bulk-ends` and `/admin/bulk-ends/{id}`: orders to end many, and how far each is.

use latchkey_types::{BulkEndState, BulkTarget, UnixMillis};
use leptos::prelude::*;

use super::sessions::UserLink;
use crate::{
    Frame, Page,
    component::{
        BulkBadge, Card, Cell, ConfirmButton, Empty, Fact, Facts, Glyph, Heading, LinkButton, Look,
        Pager, PersonLink, Row, Table, When, list_of, progress_text,
    },
    words::{
        bulk::{self, orders as words},
        common,
        phrase::Tally,
    },
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
                    title=words::NONE
                    text=words::NONE_TEXT
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
                    caption=words::CAPTION
                    columns=vec![common::WHAT, words::ORDERED, words::PROGRESS, common::STATE]
                >
                    {rows}
                </Table>
            }
            .into_any()
        };
        view! {
            <Heading
                title=common::BULK_ENDS
                text=words::ABOUT
            >
                <LinkButton text=common::SESSIONS href="/admin/sessions" look=Look::Plain />
                <LinkButton text=common::API_SIGN_INS href="/admin/families" look=Look::Plain />
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
            <Cell label=words::ORDERED>
                <When at=item.ordered_at />
                <span class="note">{common::BY} {by}</span>
            </Cell>
            <Cell label=words::PROGRESS>{progress}</Cell>
            <Cell label=common::STATE>
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
        None => words::COMMAND_LINE.into_any(),
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
        let title = words::title(item.target);
        let stop = (self.may_end && item.state == BulkEndState::Running).then(|| {
            view! {
                <ConfirmButton
                    id="stop"
                    label=words::STOP
                    name=words::STOP_THIS
                    question=words::STOP_QUESTION
                    consequence=words::STOPPING
                    action=format!("{path}/stop")
                />
            }
        });
        view! {
            <Heading title text=item.words.clone()>
                {stop}
                <LinkButton text=words::ALL href="/admin/bulk-ends" look=Look::Plain />
            </Heading>
            <div class="flex flex-col gap-6">
                <Progress item=item.clone() refreshes=self.refreshes path />
                <Card title=words::THE_ORDER id="order">
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
                words::LOADS_ITSELF,
                format!("{path}?still=1"),
                words::KEEP_STILL,
            )
        } else {
            (words::STANDS_STILL, path, words::LOAD_AGAIN)
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
        (BulkEndState::Running, None) => words::WAITS.to_owned(),
        (BulkEndState::Running, Some(_)) => words::RUNS.to_owned(),
        (BulkEndState::Done, _) => words::over(item.skipped.unwrap_or(0)),
        (BulkEndState::Stopped, _) if item.stopped_by.is_some() => words::WAS_STOPPED.to_owned(),
        (BulkEndState::Stopped, _) => words::WAS_STOPPED_BY_NOBODY.to_owned(),
    }
}

#[component]
fn Told(item: BulkEndItem) -> impl IntoView {
    let found = words::found(item.target, item.found, item.users);
    let by = who(item.ordered_by.clone());
    let own = item.spares_own.then(|| words::own(item.target));
    let list = list_of(item.target);
    view! {
        <Facts>
            <Fact name=bulk::WHICH>{item.words}</Fact>
            <Fact name=words::FOUND>{found}</Fact>
            <Fact name=words::ORDERED>
                <When at=item.ordered_at />
                <span class="text-muted">{words::BY}</span>
                {by}
            </Fact>
            {own.map(|own| view! { <Fact name=words::LEFT_ALONE>{own}</Fact> })}
            {item.started_at.map(|at| view! { <Fact name=words::BEGUN><When at /></Fact> })}
            {item
                .finished_at
                .map(|at| {
                    let name = if item.state == BulkEndState::Stopped { bulk::STOPPED } else { bulk::DONE };
                    let by = item
                        .stopped_by
                        .map(|user| {
                            view! {
                                <span class="text-muted">{words::BY}</span>
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
                        <Fact name=words::WITH_THEM>
                            {words::opened(item.families)}
                        </Fact>
                    }
                })}
            <Fact name=words::SEE_ALSO>
                <a href=list class="link">
                    {common::list(item.target)}
                </a>
                <a href="/admin/audit?kind=bulk_end.ordered" class="link">
                    {words::ON_RECORD}
                </a>
            </Fact>
        </Facts>
    }
    .into_any()
}
