//! `/admin`

use latchkey_types::{Span, UnixMillis, Word as _};
use leptos::prelude::*;

use super::{admin_audit::EventItem, sessions::SessionItem};
pub use crate::words::phrase::Tally;
use crate::{
    Frame, Page,
    component::{
        About, Card, Chart, ChartTable, Drawn, Empty, EventFeed, Glyph, Heading, SessionFeed, When,
    },
    island::{LiveTallies, Tallies},
    words::{common, overview as words},
};

/// The console's first page.
///
/// The island `LiveTallies` keeps the four numbers current from `GET /api/admin/overview`.
#[derive(Debug, Clone)]
pub struct OverviewPage {
    /// Live sessions.
    pub live_sessions: Tally,
    /// Users.
    pub users: Tally,
    /// Sign-ins of the last 24 hours.
    pub sign_ins: Tally,
    /// Refused sign-ins of the last 24 hours.
    pub failures: Tally,
    /// What happened, over a day or a week.
    pub activity: ActivityCharts,
    /// The newest sessions.
    pub newest_sessions: Vec<SessionItem>,
    /// The newest events.
    pub newest_events: Vec<EventItem>,
}

/// One piece of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// When it began.
    pub from: UnixMillis,
    /// When it is over.
    pub until: UnixMillis,
    /// How many; `None` where nobody counted.
    pub count: Option<u64>,
}

/// What the charts show: GET `/admin` with `span`, a word of [`Span`].
#[derive(Debug, Clone)]
pub struct ActivityCharts {
    /// How far back.
    pub span: Span,
    /// Sign-ins, oldest first.
    pub sign_ins: Vec<Piece>,
    /// Refused sign-ins.
    pub refused: Vec<Piece>,
    /// Attempts that a limit turned away.
    pub limited: Vec<Piece>,
    /// Live sessions at the end of each piece.
    pub live_sessions: Vec<Piece>,
    /// When the newest of it was counted.
    pub counted_at: Option<UnixMillis>,
}

const SIGN_INS: About = About {
    name: common::SIGN_INS,
    one: words::ONE_SIGN_IN,
    many: words::MANY_SIGN_INS,
    drawn: Drawn::Bars,
    class: "chart-plain",
};
const REFUSED: About = About {
    name: common::REFUSED_SIGN_INS,
    one: words::ONE_REFUSED,
    many: words::MANY_REFUSED,
    drawn: Drawn::Bars,
    class: "chart-bad",
};
const LIMITED: About = About {
    name: words::TURNED_AWAY,
    one: words::ONE_TURNED_AWAY,
    many: words::MANY_TURNED_AWAY,
    drawn: Drawn::Bars,
    class: "chart-caution",
};
const LIVE: About = About {
    name: common::LIVE_SESSIONS,
    one: words::ONE_LIVE,
    many: words::MANY_LIVE,
    drawn: Drawn::Line,
    class: "chart-plain",
};

impl Page for OverviewPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let initial = Tallies {
            live_sessions: self.live_sessions,
            users: self.users,
            sign_ins: self.sign_ins,
            failures: self.failures,
        };
        let sessions = if self.newest_sessions.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Monitor
                    title=common::NO_SESSIONS
                    text=words::NOBODY
                />
            }
            .into_any()
        } else {
            view! { <SessionFeed sessions=self.newest_sessions /> }.into_any()
        };
        let events = if self.newest_events.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Check
                    title=common::NOTHING_ON_RECORD
                    text=common::NOTHING_HAPPENED
                />
            }
            .into_any()
        } else {
            view! { <EventFeed events=self.newest_events /> }.into_any()
        };
        view! {
            <Heading title=words::TITLE text=words::ABOUT />
            <LiveTallies initial />
            <Activity charts=self.activity />
            <div class="mt-6 grid items-start gap-4 lg:grid-cols-2">
                <Card
                    title=words::NEWEST_SESSIONS
                    id="newest-sessions"
                    flush=true
                    aside=|| view! { <a href="/admin/sessions" class="link text-sm">{words::ALL_SESSIONS}</a> }
                >
                    {sessions}
                </Card>
                <Card
                    title=common::NEWEST_EVENTS
                    id="newest-events"
                    flush=true
                    aside=|| view! { <a href="/admin/audit" class="link text-sm">{words::WHOLE_RECORD}</a> }
                >
                    {events}
                </Card>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Activity(charts: ActivityCharts) -> impl IntoView {
    let span = charts.span;
    let series = [
        (SIGN_INS, charts.sign_ins),
        (REFUSED, charts.refused),
        (LIMITED, charts.limited),
        (LIVE, charts.live_sessions),
    ];
    let columns = series.iter().map(|(about, _)| about.name).collect();
    let pieces = series.iter().map(|(_, pieces)| pieces.clone()).collect();
    let drawings = series
        .into_iter()
        .map(|(about, pieces)| view! { <Chart about span pieces /> })
        .collect_view();
    let counted = match charts.counted_at {
        Some(at) => view! { {words::COUNTED} <When at /> {words::THE_LAST_TIME} }.into_any(),
        None => words::NOTHING_COUNTED.into_any(),
    };
    view! {
        <section class="card mt-6" aria-labelledby="activity">
            <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-4 sm:px-6">
                <h2 id="activity" class="text-base font-semibold text-ink">
                    {words::ACTIVITY}
                </h2>
                <Spans current=span />
            </div>
            <div class="charts">{drawings}</div>
            <details class="chart-numbers">
                <summary>{words::AS_TABLE}</summary>
                <ChartTable columns series=pieces />
            </details>
            <p class="px-4 pb-4 text-xs text-muted sm:px-6">{counted}</p>
        </section>
    }
    .into_any()
}

/// How far back the charts look: links, since each is an address that can be kept.
#[component]
fn Spans(current: Span) -> impl IntoView {
    let links = Span::ALL
        .iter()
        .map(|&span| {
            let href = format!("/admin?span={}#activity", span.as_str());
            let aria = (span == current).then_some("true");
            view! {
                <li>
                    <a href=href class="segment" aria-current=aria>
                        {span.label()}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label=words::HOW_FAR_BACK>
            <ul class="segments">{links}</ul>
        </nav>
    }
    .into_any()
}
