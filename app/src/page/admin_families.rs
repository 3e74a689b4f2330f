//! `/admin/families`

use latchkey_types::{BulkTarget, FamilyState, RefreshOutcome, Word as _};
use leptos::prelude::*;

use super::{
    bulk_ends::BulkLinks,
    families::{FamiliesOfUser, FamilyItem},
};
use crate::{
    Frame, Page,
    component::{
        BulkBar, BulkNews, Choice, Empty, EndFamiliesOfUser, FamilyTable, Filter, FilterField,
        Glyph, Heading, Holder, LinkButton, Look, Pager, WordChoice,
    },
};

/// The filter as it stands in the address: GET form with `user`, `address`, `device`, `state`,
/// `event`.
#[derive(Debug, Clone, Default)]
pub struct FamiliesFilter {
    /// A name, an e-mail address, the beginning of one, or an id.
    pub user: String,
    /// An address.
    pub address: String,
    /// A kind of device.
    pub device: String,
    /// Live, ended, or (none) all.
    pub state: Option<FamilyState>,
    /// What happened last.
    pub event: Option<RefreshOutcome>,
    /// What is wrong with the filter, as text.
    pub error: Option<String>,
}

/// All API sign-ins.
///
/// Forms, only with `may_end`: for a live row POST `/admin/families/{id}/end` (`csrf`, `back`);
/// where the filter leaves one user, POST `/admin/users/{id}/end-families` (`csrf`, `back`).
#[derive(Debug, Clone)]
pub struct AdminFamiliesPage {
    /// The filter.
    pub filter: FamiliesFilter,
    /// The rows, newest first.
    pub families: Vec<FamilyItem>,
    /// The one user that the filter leaves, if it leaves one.
    pub of_user: Option<FamiliesOfUser>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is not it.
    pub first: Option<String>,
    /// Where forms lead back to: the current path with its query.
    pub back: String,
    /// Whether the viewer may end API sign-ins.
    pub may_end: bool,
    /// Ending many at once: GET forms that lead to a page that asks.
    pub bulk: BulkLinks,
}

const PATH: &str = "/admin/families";

/// Kinds of devices: what is sent, what is read.
const DEVICES: [(&str, &str); 5] = [
    ("desktop", "Desktop"),
    ("phone", "Phone"),
    ("program", "Program"),
    ("robot", "Robot"),
    ("appliance", "Appliance"),
];

/// What can have happened last. A forged token touches no family.
const EVENTS: [RefreshOutcome; 8] = [
    RefreshOutcome::Rotated,
    RefreshOutcome::Retry,
    RefreshOutcome::ForeignRetry,
    RefreshOutcome::LostResponse,
    RefreshOutcome::LostTimeline,
    RefreshOutcome::StaleCopy,
    RefreshOutcome::Theft,
    RefreshOutcome::Ended,
];

impl FamiliesFilter {
    fn is_active(&self) -> bool {
        !(self.user.is_empty() && self.address.is_empty() && self.device.is_empty())
            || self.state.is_some()
            || self.event.is_some()
    }
}

impl Page for AdminFamiliesPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let active = self.filter.is_active();
        let end_all = self
            .of_user
            .filter(|of| self.may_end && of.live.count > 0)
            .map(|of| view! { <EndFamiliesOfUser of back=Some(self.back.clone()) /> });
        let list = if self.families.is_empty() {
            view! { <NoFamilies filtered=active /> }.into_any()
        } else {
            let can_choose = self.may_end && self.families.iter().any(|one| one.ended.is_none());
            view! {
                <BulkBar
                    target=BulkTarget::Families
                    can_choose
                    end_all=self.bulk.end_all.clone()
                    narrowed=active
                />
                <FamilyTable
                    holder=Holder::Everybody
                    families=self.families
                    may_end=self.may_end
                    back=self.back
                />
            }
            .into_any()
        };
        view! {
            <Heading
                title="API sign-ins"
                text="Programs and apps that hold tokens: one row for each sign-in on one device."
            >
                {end_all}
                <LinkButton text="Bulk ends" href="/admin/bulk-ends" look=Look::Quiet />
            </Heading>
            <BulkNews bulk=self.bulk />
            <Narrow filter=self.filter active />
            <div class="card">{list}</div>
            <Pager first=self.first next=self.next />
        }
        .into_any()
    }
}

#[component]
fn Narrow(filter: FamiliesFilter, active: bool) -> impl IntoView {
    let devices = DEVICES
        .map(|(word, label)| (word.to_owned(), label.to_owned()))
        .to_vec();
    let events = EVENTS
        .map(|event| (event.as_str().to_owned(), event.label().to_owned()))
        .to_vec();
    view! {
        <Filter path=PATH name="Filter API sign-ins" active error=filter.error>
            <FilterField
                name="user"
                label="User"
                placeholder="Name, e-mail or id"
                value=filter.user
            />
            <FilterField
                name="address"
                label="Address"
                placeholder="192.0.2.1"
                value=filter.address
            />
            <Choice name="device" label="Device" options=devices chosen=filter.device none="Any" />
            <WordChoice
                name="state"
                label="State"
                chosen=filter.state
                none="Any"
            />
            <Choice
                name="event"
                label="Last event"
                options=events
                chosen=filter.event.map_or("", RefreshOutcome::as_str)
                none="Any"
            />
        </Filter>
    }
    .into_any()
}

#[component]
fn NoFamilies(filtered: bool) -> impl IntoView {
    if filtered {
        view! {
            <Empty
                glyph=Glyph::Search
                title="No API sign-ins match"
                text="None fits all of what you ask for."
            >
                <LinkButton text="Clear filters" href=PATH look=Look::Plain />
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty
                glyph=Glyph::Program
                title="No API sign-ins"
                text="No program has signed in yet. They do at /api/auth/token/."
            />
        }
        .into_any()
    }
}
