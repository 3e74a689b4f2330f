//! Ending many at once: choosing rows of a list, and how far an order is.

use latchkey_types::{BulkEndState, BulkTarget};
use leptos::prelude::*;

use super::{Badge, Banner, LinkButton, Look, Submit, Tone};
use crate::{
    page::bulk_ends::{BulkEndItem, BulkLinks},
    phrase::{Tally, counted},
};

/// Names the form to which the boxes of a list belong.
const SELECTION: &str = "selection";

/// The number with its noun: `412 sessions`, `more than 1,000,000 sessions`.
pub(crate) fn how_many(target: BulkTarget, tally: Tally) -> String {
    let (one, many) = nouns(target);
    let text = counted(tally.count, one, many);
    if tally.capped {
        format!("more than {text}")
    } else {
        text
    }
}

/// What they are called.
pub(crate) const fn nouns(target: BulkTarget) -> (&'static str, &'static str) {
    match target {
        BulkTarget::Sessions => ("session", "sessions"),
        BulkTarget::Families => ("API sign-in", "API sign-ins"),
    }
}

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
            <input type="checkbox" name="id" value=id form=SELECTION aria-label=format!("Choose {name}") />
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
                <Submit text="End selected…" look=Look::Caution />
            </form>
        }
    });
    let (all, each) = match target {
        BulkTarget::Sessions => ("End all sessions…", "End all that match…"),
        BulkTarget::Families => ("End all API sign-ins…", "End all that match…"),
    };
    let text = if narrowed { each } else { all };
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
            let waiting = match bulk.waiting {
                0 => String::new(),
                waiting => format!(
                    " {} after it.",
                    counted(waiting, "order waits", "orders wait")
                ),
            };
            view! {
                <Banner tone=Tone::Plain>
                    {format!("Many are being ended: {}.{waiting} ", progress_text(&item))}
                    <a href=href class="link">
                        "See how far it is"
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
            let verb = if item.ended == 1 { "has" } else { "have" };
            format!("{} {verb} ended", how_many(item.target, ended))
        }
        _ => format!(
            "{} of {} have ended",
            ended.text(),
            how_many(item.target, item.found)
        ),
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
        BulkEndState::Running if begun => (Tone::Accent, "Running"),
        BulkEndState::Running => (Tone::Plain, "Waiting"),
        BulkEndState::Done => (Tone::Good, "Done"),
        BulkEndState::Stopped => (Tone::Caution, "Stopped"),
    };
    view! { <Badge tone text /> }.into_any()
}
