//! `/admin/sessions`

use latchkey_types::{BulkTarget, SessionState};
use leptos::prelude::*;

use super::{bulk_ends::BulkLinks, sessions::SessionItem};
use crate::{
    Frame, Page,
    component::{
        BulkBar, BulkNews, Choice, Empty, Filter, FilterField, Glyph, Heading, LinkButton, Look,
        Pager, SessionTable, Whose, WordChoice,
    },
};

/// The filter as it stands in the address: GET form with `user`, `address`, `browser`, `state`.
#[derive(Debug, Clone, Default)]
pub struct SessionsFilter {
    /// A name, an e-mail address, the beginning of one, or an id.
    pub user: String,
    /// An address.
    pub address: String,
    /// A browser's name.
    pub browser: String,
    /// Live, ended, or (none) all.
    pub state: Option<SessionState>,
    /// What is wrong with the filter, as text.
    pub error: Option<String>,
}

/// All sessions.
///
/// Form per row (only with `may_end` and while live): POST `/admin/sessions/{id}/end` with `csrf`
/// and `back` (the current path with its query).
#[derive(Debug, Clone)]
pub struct AdminSessionsPage {
    /// The filter.
    pub filter: SessionsFilter,
    /// Browsers to offer in the filter.
    pub browsers: Vec<String>,
    /// The rows, newest sign-in first.
    pub sessions: Vec<SessionItem>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is not it.
    pub first: Option<String>,
    /// Where forms lead back to: the current path with its query.
    pub back: String,
    /// Whether the viewer may end sessions.
    pub may_end: bool,
    /// Ending many at once: GET forms that lead to a page that asks.
    pub bulk: BulkLinks,
}

const PATH: &str = "/admin/sessions";

impl SessionsFilter {
    fn is_active(&self) -> bool {
        !(self.user.is_empty() && self.address.is_empty() && self.browser.is_empty())
            || self.state.is_some()
    }
}

impl Page for AdminSessionsPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let active = self.filter.is_active();
        let browsers = self
            .browsers
            .into_iter()
            .map(|browser| (browser.clone(), browser))
            .collect();
        let list = if self.sessions.is_empty() {
            view! { <NoSessions filtered=active /> }.into_any()
        } else {
            let can_choose = self.may_end && self.sessions.iter().any(|one| one.ended.is_none());
            view! {
                <BulkBar
                    target=BulkTarget::Sessions
                    can_choose
                    end_all=self.bulk.end_all.clone()
                    narrowed=active
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
            <Heading title="Sessions" text="Every browser signed in to this server, newest first.">
                <LinkButton text="Bulk ends" href="/admin/bulk-ends" look=Look::Quiet />
            </Heading>
            <BulkNews bulk=self.bulk />
            <Filter path=PATH name="Filter sessions" active error=self.filter.error>
                <FilterField
                    name="user"
                    label="User"
                    placeholder="Name, e-mail or id"
                    value=self.filter.user
                />
                <FilterField
                    name="address"
                    label="Address"
                    placeholder="192.0.2.1"
                    value=self.filter.address
                />
                <Choice
                    name="browser"
                    label="Browser"
                    options=browsers
                    chosen=self.filter.browser
                    none="Any"
                />
                <WordChoice
                    name="state"
                    label="State"
                    chosen=self.filter.state
                    none="Any"
                />
            </Filter>
            <div class="card">{list}</div>
            <Pager first=self.first next=self.next />
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
