//! `/admin/audit`

use latchkey_types::{EventKind, Outcome, UnixMillis};
use leptos::prelude::*;

use super::sessions::UserLink;
use crate::{
    Frame, Page,
    component::{
        Empty, EventTable, Filter, FilterField, Glyph, Heading, LinkButton, Look, Pager, WordChoice,
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

/// The record: GET form with `user`, `kind`, `outcome`, `address`.
#[derive(Debug, Clone)]
pub struct AdminAuditPage {
    /// A name, an e-mail address, the beginning of one, or an id.
    pub user: String,
    /// Only this kind.
    pub kind: Option<EventKind>,
    /// Only this outcome.
    pub outcome: Option<Outcome>,
    /// Only this address.
    pub address: String,
    /// What is wrong with the filter, as text.
    pub error: Option<String>,
    /// The rows, newest first.
    pub events: Vec<EventItem>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is not it.
    pub first: Option<String>,
}

const PATH: &str = "/admin/audit";

impl Page for AdminAuditPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let active = !(self.user.is_empty() && self.address.is_empty())
            || self.kind.is_some()
            || self.outcome.is_some();
        let list = if self.events.is_empty() {
            view! { <NoEvents filtered=active /> }.into_any()
        } else {
            view! { <EventTable events=self.events /> }.into_any()
        };
        view! {
            <Heading
                title="Audit"
                text="What happened, who did it and from where. Nothing on this record can be changed here."
            />
            <Filter path=PATH name="Filter the record" active error=self.error>
                <FilterField
                    name="user"
                    label="User"
                    placeholder="Name, e-mail or id"
                    value=self.user
                />
                <WordChoice
                    name="kind"
                    label="Event"
                    chosen=self.kind
                    none="Any"
                />
                <WordChoice
                    name="outcome"
                    label="Outcome"
                    chosen=self.outcome
                    none="Any"
                />
                <FilterField
                    name="address"
                    label="Address"
                    placeholder="192.0.2.1"
                    value=self.address
                />
            </Filter>
            <div class="card">{list}</div>
            <Pager first=self.first next=self.next />
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
