//! Refresh families and incidents as rows of pages.

use std::collections::BTreeMap;

use latchkey_app::page::{
    families::{AgentItem, FamiliesOfUser, FamilyEnd, FamilyItem, GenerationItem, SightItem},
    threats::{Answer, IncidentItem, SightingItem, VerdictItem},
};
use latchkey_authority::{
    Authority, StoreError,
    caller::Place,
    family::{self, FamilyRow, RotationRow},
    incident::{IncidentRow, Sighting},
};
use latchkey_types::{UnixMillis, UserId};

use super::{items, names::Names};

/// Families as lists show them.
pub(super) async fn families(
    authority: &Authority,
    rows: Vec<FamilyRow>,
) -> Result<Vec<FamilyItem>, StoreError> {
    let mentioned = rows.iter().flat_map(|row| {
        [Some(row.user_id), row.ended.and_then(|ended| ended.by)]
            .into_iter()
            .flatten()
    });
    let names = Names::of(authority, mentioned).await?;
    Ok(rows.into_iter().map(|row| family(&names, row)).collect())
}

fn family(names: &Names, row: FamilyRow) -> FamilyItem {
    FamilyItem {
        family_id: row.family_id,
        user: names.link(row.user_id),
        client: row.client_id.unwrap_or_default(),
        address: row.opened.address.clone(),
        network: row.opened.network.clone(),
        agent: agent(row.opened),
        last_address: row.last_address,
        transport: row.transport,
        method: row.method,
        created_at: row.created_at,
        generation: number(row.generation),
        last_event: row.last_event,
        last_event_at: row.last_event_at,
        expires_at: row.expires_at,
        ends_at: row.ends_at,
        ended: row.ended.map(|ended| FamilyEnd {
            at: ended.at,
            reason: ended.reason,
            by: ended.by.map(|by| names.link(by)),
        }),
    }
}

/// Everything live of one user, for a form that ends it all.
pub(super) async fn of_user(
    authority: &Authority,
    user_id: UserId,
) -> Result<FamiliesOfUser, StoreError> {
    let live = family::list_live_of_user(authority, user_id).await?;
    let names = Names::of(authority, [user_id]).await?;
    let count = family::count_live(authority, Some(user_id)).await?;
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for row in live.items {
        *kinds.entry(agent(row.opened).name()).or_default() += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(FamiliesOfUser {
        user: names.link(user_id),
        live: items::tally(count),
        kinds,
    })
}

/// Generations as the picture shows them, newest first; `until` is when the first of them gave way
/// or ended, if it did.
pub(super) fn generations(
    rows: Vec<RotationRow>,
    mut until: Option<UnixMillis>,
) -> Vec<GenerationItem> {
    rows.into_iter()
        .map(|row| {
            let item = GenerationItem {
                generation: number(row.generation),
                from: row.from_generation.map(number),
                outcome: row.outcome,
                made: sight(row.at, row.by),
                until,
                retries: number(row.retries),
                retried_at: row.retried_at,
                superseded: row.superseded,
                received_at: row.received_at,
            };
            until = Some(row.at);
            item
        })
        .collect()
}

/// Incidents as lists show them.
pub(super) async fn incidents(
    authority: &Authority,
    rows: Vec<IncidentRow>,
) -> Result<Vec<IncidentItem>, StoreError> {
    let mentioned = rows.iter().flat_map(|row| {
        let judge = row.judged.as_ref().and_then(|judged| judged.by);
        [Some(row.user_id), judge].into_iter().flatten()
    });
    let names = Names::of(authority, mentioned).await?;
    Ok(rows.into_iter().map(|row| incident(&names, row)).collect())
}

fn incident(names: &Names, row: IncidentRow) -> IncidentItem {
    IncidentItem {
        incident_id: row.incident_id,
        family_id: row.family_id,
        user: names.link(row.user_id),
        class: row.class,
        answer: if row.ended_family {
            Answer::Ended
        } else {
            Answer::Noted
        },
        gap_ms: u64::try_from(row.gap.as_millis()).unwrap_or(u64::MAX),
        presented: number(row.presented_generation),
        current: number(row.current_generation),
        rotated: sight(row.rotated_at, row.rotated_by),
        replayed: sight(row.at, row.replayed_by),
        unread: row.seen_at.is_none(),
        verdict: row.judged.map(|judged| VerdictItem {
            verdict: judged.verdict,
            by: judged.by.map(|by| names.link(by)),
            at: judged.at,
            note: judged.note.unwrap_or_default(),
        }),
        sightings: row.sightings,
    }
}

/// What was presented after a family had ended, as the page of its incident shows it.
pub(super) fn sighting(row: Sighting) -> SightingItem {
    SightingItem {
        generation: number(row.generation),
        sight: sight(row.at, row.by),
    }
}

/// Where and with what, as pages show it.
pub(super) fn sight(at: UnixMillis, place: Place) -> SightItem {
    SightItem {
        at,
        address: place.address.clone(),
        network: place.network.clone(),
        agent: agent(place),
    }
}

/// With what, as pages show it.
fn agent(place: Place) -> AgentItem {
    AgentItem {
        browser: place.browser,
        system: place.system,
        device: place.device,
        user_agent: place.user_agent,
    }
}

/// Generations and counts are never negative.
fn number(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
