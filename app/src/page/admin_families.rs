//! `/admin/families`

use latchkey_types::{
    BulkTarget, FamilyEndReason, FamilySort, FamilyState, RefreshOutcome, Word as _,
};
use leptos::prelude::*;

use super::{
    bulk_ends::BulkLinks,
    families::{FamiliesOfUser, FamilyItem},
    listing::{Asked, ListLinks},
};
use crate::{
    Frame, Page,
    component::{
        BulkBar, BulkNews, Empty, EndFamiliesOfUser, Exports, FamilyTable, Filter, Glyph, Heading,
        Holder, LinkButton, Look, Pager, devices, filter_choice, filter_order, filter_period,
        filter_text, filter_word,
    },
    words::{common, families as words},
};

/// All API sign-ins.
///
/// Forms, only with `may_end`: for a live row POST `/admin/families/{id}/end` (`csrf`, `back`);
/// where the filter leaves one user, POST `/admin/users/{id}/end-families` (`csrf`, `back`).
#[derive(Debug, Clone)]
pub struct AdminFamiliesPage {
    /// What is asked for: GET form with `user`, `address`, `device`, `state`, `event`, `sort`,
    /// `used_from`, `reason`, `by`, `from`, `to`.
    pub asked: Asked,
    /// The rows.
    pub families: Vec<FamilyItem>,
    /// The one user that the filter leaves, if it leaves one.
    pub of_user: Option<FamiliesOfUser>,
    /// The ways on.
    pub links: ListLinks,
    /// Where forms lead back to: the current path with its query.
    pub back: String,
    /// Whether the viewer may end API sign-ins.
    pub may_end: bool,
    /// Ending many at once: GET forms that lead to a page that asks.
    pub bulk: BulkLinks,
}

const PATH: &str = "/admin/families";

impl Page for AdminFamiliesPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let filtered = self.asked.is_narrowed();
        let end_all = self
            .of_user
            .filter(|of| self.may_end && of.live.count > 0)
            .map(|of| view! { <EndFamiliesOfUser of back=Some(self.back.clone()) /> });
        let list = if self.families.is_empty() {
            view! { <NoFamilies filtered /> }.into_any()
        } else {
            let can_choose = self.may_end && self.families.iter().any(|one| one.ended.is_none());
            view! {
                <BulkBar
                    target=BulkTarget::Families
                    can_choose
                    end_all=self.bulk.end_all.clone()
                    narrowed=filtered
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
                title=common::API_SIGN_INS
                text=words::ABOUT
            >
                {end_all}
                <LinkButton text=common::BULK_ENDS href="/admin/bulk-ends" look=Look::Quiet />
                <Exports links=self.links.exports />
            </Heading>
            <BulkNews bulk=self.bulk />
            <Narrow asked=self.asked />
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
fn Narrow(asked: Asked) -> impl IntoView {
    let fields = vec![
        filter_text(&asked, "user", common::USER, common::NAME_EMAIL_OR_ID),
        filter_text(&asked, "address", common::ADDRESS, common::ADDRESS_EXAMPLE),
        filter_choice(&asked, "device", common::DEVICE, devices()),
        filter_word(&asked, "state", common::STATE, FamilyState::ALL),
        filter_word(
            &asked,
            "event",
            common::LAST_EVENT,
            &RefreshOutcome::LAST_EVENTS,
        ),
        filter_order::<FamilySort>(&asked),
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
            "reason",
            filter_word(&asked, "reason", common::END, FamilyEndReason::ALL),
        ),
        (
            "by",
            filter_text(&asked, "by", common::ENDED_BY, common::NAME_EMAIL_OR_ID),
        ),
    ]
    .into_iter()
    .chain(filter_period(&asked))
    .collect();
    view! { <Filter path=PATH name=words::FILTER asked fields more /> }.into_any()
}

#[component]
fn NoFamilies(filtered: bool) -> impl IntoView {
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
                glyph=Glyph::Program
                title=common::NO_API_SIGN_INS
                text=words::NONE_YET
            />
        }
        .into_any()
    }
}
