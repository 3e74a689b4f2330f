//! `/admin/audit`

use latchkey_types::{EventKind, ListSort, Outcome, UnixMillis, Word as _};
use leptos::prelude::*;

use super::{
    listing::{Asked, ListLinks},
    sessions::UserLink,
};
use crate::{
    Frame, Page,
    component::{
        Empty, EventTable, Exports, Filter, Glyph, Heading, LinkButton, Look, Pager, filter_order,
        filter_period, filter_text, filter_word,
    },
};

/// One event as lists show it.
#[derive(Debug, Clone)]
pub struct EventItem {
    /// When.
    pub at: UnixMillis,
    /// What.
    pub kind: EventKind,
    /// How it came out.
    pub outcome: Outcome,
    /// Why, as a person reads it; empty where there is nothing to say.
    pub reason: String,
    /// Who did it.
    pub actor: Option<UserLink>,
    /// To whom.
    pub subject: Option<UserLink>,
    /// From where; `None` where it is erased or was the program itself.
    pub address: Option<String>,
    /// What was typed to say who they are.
    pub identifier: Option<String>,
    /// Further facts as JSON text.
    pub detail: Option<String>,
    /// The request in the log.
    pub request_id: Option<String>,
    /// The session it is about, short.
    pub session: Option<String>,
    /// The API sign-in that it is about: the id as text.
    pub family: Option<String>,
    /// The order to end many that it is about: the id as text.
    pub bulk_end: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
}

/// The record: GET form with `user`, `kind`, `outcome`, `address`, `sort`, `session`, `family`,
/// `request`, `from`, `to`.
#[derive(Debug, Clone)]
pub struct AdminAuditPage {
    /// What is asked for.
    pub asked: Asked,
    /// The rows.
    pub events: Vec<EventItem>,
    /// The ways on.
    pub links: ListLinks,
}

const PATH: &str = "/admin/audit";

impl Page for AdminAuditPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let asked = self.asked;
        let filtered = asked.is_narrowed();
        let fields = vec![
            filter_text(&asked, "user", "User", "Name, e-mail or id"),
            filter_word(&asked, "kind", "Event", EventKind::ALL),
            filter_word(&asked, "outcome", "Outcome", Outcome::ALL),
            filter_text(&asked, "address", "Address", "192.0.2.1"),
            filter_order::<ListSort>(&asked),
        ];
        let more = [
            ("session", "Session", "Its id"),
            ("family", "API sign-in", "Its id"),
            ("request", "Request", "Its id, from the log"),
        ]
        .map(|(name, label, hint)| (name, filter_text(&asked, name, label, hint)))
        .into_iter()
        .chain(filter_period(&asked))
        .collect();
        let list = if self.events.is_empty() {
            view! { <NoEvents filtered /> }.into_any()
        } else {
            view! { <EventTable events=self.events /> }.into_any()
        };
        view! {
            <Heading
                title="Audit"
                text="What happened, who did it and from where. Nothing on this record can be changed here."
            >
                <Exports links=self.links.exports />
            </Heading>
            <Filter path=PATH name="Filter the record" asked fields more />
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
fn NoEvents(filtered: bool) -> impl IntoView {
    if filtered {
        view! {
            <Empty
                glyph=Glyph::Search
                title="No events match"
                text="Nothing on the record fits all of what you ask for."
            >
                <LinkButton text="Clear filters" href=PATH look=Look::Plain />
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty glyph=Glyph::Check title="Nothing on the record" text="Nothing has happened yet." />
        }
        .into_any()
    }
}
