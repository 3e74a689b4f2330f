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
    words::{audit as words, common},
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
            filter_text(&asked, "user", common::USER, common::NAME_EMAIL_OR_ID),
            filter_word(&asked, "kind", common::EVENT, EventKind::ALL),
            filter_word(&asked, "outcome", common::OUTCOME, Outcome::ALL),
            filter_text(&asked, "address", common::ADDRESS, common::ADDRESS_EXAMPLE),
            filter_order::<ListSort>(&asked),
        ];
        let more = [
            ("session", common::SESSION, words::ITS_ID),
            ("family", common::API_SIGN_IN, words::ITS_ID),
            ("request", common::REQUEST, words::ITS_ID_IN_LOG),
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
                title=words::TITLE
                text=words::ABOUT
            >
                <Exports links=self.links.exports />
            </Heading>
            <Filter path=PATH name=words::FILTER asked fields more />
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
                title=words::NONE_MATCH
                text=words::NONE_FITS
            >
                <LinkButton text=common::CLEAR_FILTERS href=PATH look=Look::Plain />
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty glyph=Glyph::Check title=common::NOTHING_ON_RECORD text=common::NOTHING_HAPPENED />
        }
        .into_any()
    }
}
