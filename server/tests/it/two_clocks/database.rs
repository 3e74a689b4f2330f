//! The database past the program: letting time go by, and what it holds.

use latchkey_types::{FamilyEndReason, Word as _};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use super::rules::machine::{Machine, Millis};

/// Every instant in the rows of families.
const INSTANTS: [(&str, &[&str]); 3] = [
    (
        "families",
        &[
            "created_at",
            "proved_at",
            "rotated_at",
            "expires_at",
            "ends_at",
            "last_event_at",
            "foreign_since",
            "ended_at",
        ],
    ),
    ("rotations", &["at", "retried_at", "received_at"]),
    ("incidents", &["at", "rotated_at"]),
];

/// Past a limit, whether it was swept or not: when a process sweeps is its own affair, and by which of
/// the two limits a family is over changes until it is swept.
const LAPSED: &str = "lapsed";

/// Lets time go by.
pub(super) async fn advance(database: &DatabaseConnection, millis: Millis) {
    for (table, columns) in INSTANTS {
        let set: Vec<String> = columns
            .iter()
            .map(|column| format!("{column} = {column} - {millis}"))
            .collect();
        let sql = format!("UPDATE {table} SET {}", set.join(", "));
        database.execute_unprepared(&sql).await.unwrap();
    }
}

async fn lines(database: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let rows = database.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "line").unwrap())
        .collect()
}

/// The family that was opened last.
pub(super) async fn newest(database: &DatabaseConnection) -> String {
    let sql = "SELECT family_id::text AS line FROM families ORDER BY family_id DESC LIMIT 1";
    lines(database, sql).await.remove(0)
}

/// What is known of a family, but for instants.
pub(super) async fn portrait(database: &DatabaseConnection, family: &str) -> Vec<String> {
    let of = format!("WHERE family_id = '{family}'::uuid");
    let mut all = lines(
        database,
        &format!(
            "SELECT concat_ws(' ', 'generation', generation, CASE \
             WHEN end_reason IN ('idle', 'expired') THEN '{LAPSED}' \
             WHEN end_reason IS NOT NULL THEN end_reason \
             WHEN expires_at <= extract(epoch FROM clock_timestamp()) * 1000 THEN '{LAPSED}' \
             ELSE 'live' END, 'foreign', foreign_retries) AS line FROM families {of}"
        ),
    )
    .await;
    all.extend(
        lines(
            database,
            &format!(
                "SELECT concat_ws(' ', 'rotation', generation, COALESCE(from_generation, -1), \
                 outcome, network, user_agent, retries, superseded, received_at IS NOT NULL) \
                 AS line FROM rotations {of}"
            ),
        )
        .await,
    );
    all.extend(
        lines(
            database,
            &format!(
                "SELECT concat_ws(' ', 'incident', class, presented_generation, \
                 current_generation, replayed_user_agent, sightings) AS line FROM incidents {of}"
            ),
        )
        .await,
    );
    all.sort();
    all
}

/// The same, as the rules have it.
pub(super) fn expected(machine: &Machine, number: usize) -> Vec<String> {
    let family = &machine.families[&number];
    let flag = |is: bool| if is { "t" } else { "f" };
    let mut all = vec![format!(
        "generation {} {} foreign {}",
        family.generation,
        match family.over(machine.now) {
            None => "live",
            Some(FamilyEndReason::Idle | FamilyEndReason::Expired) => LAPSED,
            Some(reason) => reason.as_str(),
        },
        family.foreign.map_or(0, |(_, times)| times)
    )];
    for (generation, made) in &family.rotations {
        all.push(format!(
            "rotation {generation} {} {} 192.0.{}.0/24 {} {} {} {}",
            made.from.map_or(-1, |(generation, _)| generation),
            made.outcome.as_str(),
            made.who.network,
            made.who.agent,
            made.retries,
            flag(made.superseded),
            flag(made.received.is_some()),
        ));
    }
    for incident in &family.incidents {
        all.push(format!(
            "incident {} {} {} {} {}",
            incident.class.as_str(),
            incident.presented,
            incident.current,
            incident.replayed_by.agent,
            incident.sightings,
        ));
    }
    all.sort();
    all
}
