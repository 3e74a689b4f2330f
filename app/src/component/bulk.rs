//! Ending many at once: choosing rows of a list, and how far an order is.

use latchkey_types::{BulkEndState, BulkTarget};
use leptos::prelude::*;

use super::{Badge, Banner, LinkButton, Look, Submit, Tone};
use crate::{
    page::bulk_ends::{BulkEndItem, BulkLinks},
    words::{
        bulk::{self as words, bar},
        part,
        phrase::Tally,
    },
};

/// Names the form to which the boxes of a list belong.
const SELECTION: &str = "selection";

/// The list of a target.
pub(crate) const fn list_of(target: BulkTarget) -> &'static str {
    match target {
        BulkTarget::Sessions => "/admin/sessions",
        BulkTarget::Families => "/admin/families",
    }
}

/// The box that chooses a row of a list above which a [`BulkBar`] stands.
#[component]
pub(crate) fn Pick(
    /// The row's id.
    #[prop(into)]
    id: String,
    /// What the row is, in a few words.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    view! {
        <label class="pick">
            <input type="checkbox" name="id" value=id form=SELECTION aria-label=part::choose(&name) />
        </label>
    }
    .into_any()
}

/// The room of a [`Pick`] in a row that cannot be chosen, so that the rows of a table stand below each
/// other.
#[component]
pub(crate) fn NoPick() -> impl IntoView {
    view! { <span class="pick pick-none" aria-hidden="true"></span> }.into_any()
}

/// What can be done with several rows of a list at once.
#[component]
pub(crate) fn BulkBar(
    /// What it lists.
    target: BulkTarget,
    /// Whether a row of it can be chosen.
    can_choose: bool,
    /// The page that asks before all that match end; `None` where nothing can.
    end_all: Option<String>,
    /// Whether the list is narrowed.
    narrowed: bool,
) -> impl IntoView {
    let chosen = can_choose.then(|| {
        view! {
            <form id=SELECTION method="get" action=format!("{}/end", list_of(target))>
                <input type="hidden" name="chosen" value="1" />
                <Submit text=bar::END_SELECTED look=Look::Caution />
            </form>
        }
    });
    let text = bar::end_all(target, narrowed);
    let end_all = end_all.map(|href| view! { <LinkButton text href look=Look::Caution /> });
    (chosen.is_some() || end_all.is_some())
        .then(|| view! { <div class="bulk-bar">{chosen} {end_all}</div> })
        .into_any()
}

/// Says that an order is carried out on what a list shows.
#[component]
pub(crate) fn BulkNews(
    /// Of the list.
    bulk: BulkLinks,
) -> impl IntoView {
    bulk.running
        .map(|item| {
            let href = format!("/admin/bulk-ends/{}", item.id);
            view! {
                <Banner tone=Tone::Plain>
                    {bar::news(&progress_text(&item), bulk.waiting)}
                    <a href=href class="link">
                        {bar::SEE}
                    </a>
                </Banner>
            }
        })
        .into_any()
}

/// How far an order is, in words: `200 of 412 sessions have ended`.
pub(crate) fn progress_text(item: &BulkEndItem) -> String {
    let ended = Tally {
        count: item.ended,
        capped: false,
    };
    match item.state {
        BulkEndState::Done if item.found.count == item.ended && !item.found.capped => {
            words::all_ended(item.target, ended)
        }
        _ => words::ended_of(item.target, ended, item.found),
    }
}

/// How an order stands.
#[component]
pub(crate) fn BulkBadge(
    /// Which.
    state: BulkEndState,
    /// Whether work on it has begun.
    begun: bool,
) -> impl IntoView {
    let (tone, text) = match state {
        BulkEndState::Running if begun => (Tone::Accent, words::RUNNING),
        BulkEndState::Running => (Tone::Plain, words::WAITING),
        BulkEndState::Done => (Tone::Good, words::DONE),
        BulkEndState::Stopped => (Tone::Caution, words::STOPPED),
    };
    view! { <Badge tone text /> }.into_any()
}
