//! Both sides of an incident, and what was seen afterwards.

use latchkey_types::visible;
use leptos::prelude::*;

use crate::{
    component::{Address, Badge, Card, Cell, Row, Stamp, Table, Tone, When},
    page::{
        families::SightItem,
        threats::{IncidentItem, SightingItem},
    },
    phrase::thousands,
};

/// Who rotated and who presented the token again, fact by fact.
#[component]
pub(super) fn Sides(incident: IncidentItem) -> impl IntoView {
    let (one, other) = (incident.rotated, incident.replayed);
    let rows = [
        compared(
            "Address",
            address(&one),
            address(&other),
            one.address != other.address,
        ),
        texts("Network", &one, &other, |sight| &sight.network),
        texts("Program", &one, &other, |sight| &sight.agent.browser),
        texts("System", &one, &other, |sight| &sight.agent.system),
        texts("Device", &one, &other, |sight| &sight.agent.device),
        compared(
            "User agent",
            user_agent(&one),
            user_agent(&other),
            one.agent.user_agent != other.agent.user_agent,
        ),
    ];
    view! {
        <Card title="Both sides" id="sides" flush=true>
            <Table
                caption="Who rotated the token, and who presented it again"
                columns=vec!["Fact", "Rotated it", "Presented it again"]
            >
                <Row>
                    <Cell>
                        <span class="font-medium text-ink">"When"</span>
                    </Cell>
                    <Cell label="Rotated it">
                        <Stamp at=one.at />
                    </Cell>
                    <Cell label="Again">
                        <Stamp at=other.at />
                    </Cell>
                </Row>
                {rows.into_iter().collect_view()}
            </Table>
        </Card>
    }
    .into_any()
}

fn texts(
    name: &'static str,
    one: &SightItem,
    other: &SightItem,
    part: impl Fn(&SightItem) -> &str,
) -> AnyView {
    let shown = |text: &str| {
        let text = if text.is_empty() { "unknown" } else { text };
        view! { <span class="wrap-anywhere">{text.to_owned()}</span> }.into_any()
    };
    let (a, b) = (part(one), part(other));
    compared(name, shown(a), shown(b), a != b)
}

fn address(sight: &SightItem) -> AnyView {
    view! { <Address address=sight.address.clone() /> }.into_any()
}

fn user_agent(sight: &SightItem) -> AnyView {
    let text = if sight.agent.user_agent.is_empty() {
        "none given".to_owned()
    } else {
        visible(&sight.agent.user_agent).into_owned()
    };
    view! { <span class="mono">{text}</span> }.into_any()
}

/// A fact of both; what differs says so.
fn compared(name: &'static str, one: AnyView, other: AnyView, differs: bool) -> AnyView {
    view! {
        <Row>
            <Cell>
                <span class="line">
                    <span class="font-medium text-ink">{name}</span>
                    {differs.then(|| view! { <Badge tone=Tone::Caution text="Differs" /> })}
                </span>
            </Cell>
            <Cell label="Rotated it">{one}</Cell>
            <Cell label="Again">{other}</Cell>
        </Row>
    }
    .into_any()
}

/// What was presented of the family after it had ended.
#[component]
pub(super) fn Sightings(
    /// The newest ones.
    sightings: Vec<SightingItem>,
    /// How many there were.
    total: u64,
) -> impl IntoView {
    let shown = sightings.len() as u64;
    let rows = sightings
        .into_iter()
        .map(|sighting| {
            let agent = sighting.sight.agent;
            view! {
                <Row>
                    <Cell>
                        <span class="wrap-break-word" title=visible(&agent.user_agent).into_owned()>
                            {agent.name()}
                        </span>
                    </Cell>
                    <Cell label="Address">
                        <Address
                            address=sighting.sight.address
                            title=format!("Network {}", sighting.sight.network)
                        />
                    </Cell>
                    <Cell label="Generation">{sighting.generation}</Cell>
                    <Cell label="When">
                        <When at=sighting.sight.at />
                    </Cell>
                </Row>
            }
        })
        .collect_view();
    let more = (total > shown).then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted sm:px-6">
                {format!("{} in all: the newest {shown} are shown.", thousands(total))}
            </p>
        }
    });
    view! {
        <Card
            title="Seen again since"
            id="sightings"
            text="Tokens of this API sign-in that were presented after it had ended. All were refused."
            flush=true
        >
            <Table
                caption="Later sightings, newest first"
                columns=vec!["Program", "Address", "Generation", "When"]
            >
                {rows}
            </Table>
            {more}
        </Card>
    }
    .into_any()
}
