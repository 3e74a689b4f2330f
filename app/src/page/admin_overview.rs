//! `/admin`

use leptos::prelude::*;

use super::{admin_audit::EventItem, sessions::SessionItem};
pub use crate::phrase::Tally;
use crate::{
    Frame, Page,
    component::{Card, Empty, EventFeed, Glyph, Heading, SessionFeed},
    island::{LiveTallies, Tallies},
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
    /// The newest sessions.
    pub newest_sessions: Vec<SessionItem>,
    /// The newest events.
    pub newest_events: Vec<EventItem>,
}

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
                    title="No sessions"
                    text="Nobody is signed in."
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
                    title="Nothing on the record"
                    text="Nothing has happened yet."
                />
            }
            .into_any()
        } else {
            view! { <EventFeed events=self.newest_events /> }.into_any()
        };
        view! {
            <Heading title="Overview" text="Who is signed in to this server, and what happened last." />
            <LiveTallies initial />
            <div class="mt-6 grid items-start gap-4 lg:grid-cols-2">
                <Card
                    title="Newest sessions"
                    id="newest-sessions"
                    flush=true
                    aside=|| view! { <a href="/admin/sessions" class="link text-sm">"All sessions"</a> }
                >
                    {sessions}
                </Card>
                <Card
                    title="Newest events"
                    id="newest-events"
                    flush=true
                    aside=|| view! { <a href="/admin/audit" class="link text-sm">"Whole record"</a> }
                >
                    {events}
                </Card>
            </div>
        }
        .into_any()
    }
}
