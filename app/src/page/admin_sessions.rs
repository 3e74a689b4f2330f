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
    words::{common, sessions as words},
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
            filter_text(&asked, "user", common::USER, common::NAME_EMAIL_OR_ID),
            filter_text(&asked, "address", common::ADDRESS, common::ADDRESS_EXAMPLE),
            filter_choice(&asked, "browser", common::BROWSER, offered(self.browsers)),
            filter_word(&asked, "state", common::STATE, SessionState::ALL),
            filter_order::<SessionSort>(&asked),
        ];
        let more = [
            (
                "used_from",
                filter_text(
                    &asked,
                    "used_from",
                    common::OPENED_OR_USED_FROM,
                    common::ADDRESS_EXAMPLE,
                ),
            ),
            (
                "network",
                filter_text(&asked, "network", common::NETWORK, words::NETWORK_EXAMPLE),
            ),
            (
                "system",
                filter_choice(&asked, "system", common::SYSTEM, offered(self.systems)),
            ),
            (
                "device",
                filter_choice(&asked, "device", common::DEVICE, devices()),
            ),
            (
                "method",
                filter_word(&asked, "method", words::SIGNED_IN_BY, SignInMethod::ALL),
            ),
            (
                "reason",
                filter_word(&asked, "reason", common::END, EndReason::ALL),
            ),
            (
                "by",
                filter_text(&asked, "by", common::ENDED_BY, common::NAME_EMAIL_OR_ID),
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
            <Heading title=common::SESSIONS text=words::ABOUT>
                <LinkButton text=common::BULK_ENDS href="/admin/bulk-ends" look=Look::Quiet />
                <Exports links=self.links.exports />
            </Heading>
            <BulkNews bulk=self.bulk />
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
fn NoSessions(filtered: bool) -> impl IntoView {
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
            <Empty
                glyph=Glyph::Monitor
                title=common::NO_SESSIONS
                text=words::NONE_YET
            />
        }
        .into_any()
    }
}
