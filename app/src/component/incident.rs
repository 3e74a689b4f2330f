//! Incidents: as a table, as a sentence, as bars over the weeks.

mod sentence;
mod weeks;

use latchkey_types::{IncidentClass, Verdict, Word, visible};
use leptos::prelude::*;

pub(crate) use self::{sentence::Sentence, weeks::Weeks};
use super::{Address, Badge, Cell, PersonLink, Row, Table, Tone, When};
use crate::{
    page::{families::SightItem, threats::IncidentItem},
    words::{common, phrase::length, threats::list as words},
};

/// A table of incidents.
#[component]
pub(crate) fn IncidentTable(
    /// The rows.
    incidents: Vec<IncidentItem>,
) -> impl IntoView {
    let rows = incidents
        .into_iter()
        .map(|incident| view! { <IncidentRow incident /> })
        .collect_view();
    view! {
        <Table
            caption=words::CAPTION
            columns=vec![words::THREAT, words::ROTATED_BY, words::PRESENTED_AGAIN_BY, common::APART, common::WHEN]
        >
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn IncidentRow(incident: IncidentItem) -> impl IntoView {
    let unread = incident.unread.then(|| {
        view! {
            <span class="unread">
                <span class="sr-only">{words::UNREAD}</span>
            </span>
        }
    });
    let link = if incident.unread {
        "link font-semibold"
    } else {
        "link"
    };
    let verdict = incident
        .verdict
        .as_ref()
        .map(|found| view! { <VerdictBadge verdict=found.verdict /> });
    let (rotated, replayed) = (side(&incident.rotated), side(&incident.replayed));
    let (gap, at) = (length(incident.gap_ms), incident.replayed.at);
    let href = format!("/admin/threats/{}", incident.incident_id);
    let class = incident.class.label();
    view! {
        <Row>
            <Cell>
                <div class="stack">
                    <span class="line">
                        {unread}
                        <a href=href class=link>
                            {class}
                        </a>
                        {verdict}
                    </span>
                    <span class="note">{words::OF} <PersonLink user=incident.user /></span>
                </div>
            </Cell>
            <Cell label=words::ROTATED_BY>{rotated}</Cell>
            <Cell label=words::AGAIN_BY>{replayed}</Cell>
            <Cell label=common::APART>{gap}</Cell>
            <Cell label=common::WHEN>
                <When at />
            </Cell>
        </Row>
    }
    .into_any()
}

fn side(sight: &SightItem) -> impl IntoView + use<> {
    view! {
        <span class="wrap-break-word" title=visible(&sight.agent.user_agent).into_owned()>
            {sight.agent.name()}
        </span>
        <span class="note">
            <Address
                address=sight.address.clone()
                title=common::network(&sight.network)
            />
        </span>
    }
    .into_any()
}

/// What an administrator found.
#[component]
pub(crate) fn VerdictBadge(
    /// What.
    verdict: Verdict,
) -> impl IntoView {
    let tone = match verdict {
        Verdict::Confirmed => Tone::Bad,
        Verdict::FalseAlarm => Tone::Plain,
    };
    view! { <Badge tone text=verdict.label() /> }.into_any()
}

/// How grave a class is.
pub(crate) const fn class_tone(class: IncidentClass) -> Tone {
    match class {
        IncidentClass::Theft => Tone::Bad,
        IncidentClass::StaleCopy | IncidentClass::Suspected | IncidentClass::LostTimeline => {
            Tone::Caution
        }
    }
}
