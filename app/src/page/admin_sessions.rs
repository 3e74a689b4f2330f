//! `/admin/sessions`

use latchkey_types::{BulkTarget, EndReason, SessionSort, SessionState, SignInMethod, Word as _};
use leptos::prelude::*;

use super::{
    bulk_ends::BulkLinks,
    listing::{Asked, ListLinks},
    sessions::SessionItem,
};
use crate::{
    Frame, Page,
    component::{
        BulkBar, BulkNews, Empty, Exports, Filter, Glyph, Heading, LinkButton, Look, Pager,
        SessionTable, Whose, devices, filter_choice, filter_order, filter_period, filter_text,
        filter_word,
    },
};

/// All sessions.
///
/// Form per row (only with `may_end` and while live): POST `/admin/sessions/{id}/end` with `csrf`
/// and `back` (the current path with its query).
#[derive(Debug, Clone)]
pub struct AdminSessionsPage {
    /// What is asked for: GET form with `user`, `address`, `browser`, `state`, `sort`, `network`,
    /// `system`, `device`, `method`, `reason`, `by`, `from`, `to`.
    pub asked: Asked,
    /// Browsers to offer in the filter.
    pub browsers: Vec<String>,
    /// Systems to offer in the filter.
    pub systems: Vec<String>,
    /// The rows.
    pub sessions: Vec<SessionItem>,
    /// The ways on.
    pub links: ListLinks,
    /// Where forms lead back to: the current path with its query.
    pub back: String,
    /// Whether the viewer may end sessions.
    pub may_end: bool,
    /// Ending many at once: GET forms that lead to a page that asks.
    pub bulk: BulkLinks,
}

const PATH: &str = "/admin/sessions";

impl Page for AdminSessionsPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let asked = self.asked;
        let offered =
            |texts: Vec<String>| texts.into_iter().map(|text| (text.clone(), text)).collect();
        let fields = vec![
            filter_text(&asked, "user", "User", "Name, e-mail or id"),
            filter_text(&asked, "address", "Address", "192.0.2.1"),
            filter_choice(&asked, "browser", "Browser", offered(self.browsers)),
            filter_word(&asked, "state", "State", SessionState::ALL),
            filter_order::<SessionSort>(&asked),
        ];
        let more = [
            (
                "used_from",
                filter_text(&asked, "used_from", "Opened or last used from", "192.0.2.1"),
            ),
            (
                "network",
                filter_text(&asked, "network", "Network", "192.0.2.0/24"),
            ),
            (
                "system",
                filter_choice(&asked, "system", "System", offered(self.systems)),
            ),
            (
                "device",
                filter_choice(&asked, "device", "Device", devices()),
            ),
            (
                "method",
                filter_word(&asked, "method", "Signed in by", SignInMethod::ALL),
            ),
            (
                "reason",
                filter_word(&asked, "reason", "End", EndReason::ALL),
            ),
            (
                "by",
                filter_text(&asked, "by", "Ended by", "Name, e-mail or id"),
            ),
        ]
        .into_iter()
        .chain(filter_period(&asked))
        .collect();
        let filtered = asked.is_narrowed();
        let list = if self.sessions.is_empty() {
            view! { <NoSessions filtered /> }.into_any()
        } else {
            let can_choose = self.may_end && self.sessions.iter().any(|one| one.ended.is_none());
            view! {
                <BulkBar
                    target=BulkTarget::Sessions
                    can_choose
                    end_all=self.bulk.end_all.clone()
                    narrowed=filtered
                />
                <SessionTable
                    whose=Whose::Everybody
                    sessions=self.sessions
                    may_end=self.may_end
                    back=self.back
                />
            }
            .into_any()
        };
        view! {
            <Heading title="Sessions" text="Every browser that signed in to this server.">
                <LinkButton text="Bulk ends" href="/admin/bulk-ends" look=Look::Quiet />
                <Exports links=self.links.exports />
            </Heading>
            <BulkNews bulk=self.bulk />
            <Filter path=PATH name="Filter sessions" asked fields more />
            <div class="card">{list}</div>
            <Pager
                first=self.links.first
                previous=self.links.previous
                next=self.links.next
                last=self.links.last
            />
        }
        .into_any()
    }
}

#[component]
fn NoSessions(filtered: bool) -> impl IntoView {
    if filtered {
        view! {
            <Empty
                glyph=Glyph::Search
                title="No sessions match"
                text="Nothing is signed in that fits all of what you ask for."
            >
                <LinkButton text="Clear filters" href=PATH look=Look::Plain />
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty
                glyph=Glyph::Monitor
                title="No sessions"
                text="Nobody has signed in yet."
            />
        }
        .into_any()
    }
}
