//! Checking the record: every MAC, every commitment, every link of the chain.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    event::{commitment, event_mac},
    seal::link,
};
use crate::{
    Authority,
    entity::{audit_events, audit_personal, audit_seals},
    error::StoreError,
};

const BATCH: u64 = 1_000;

/// Something wrong with the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An event was changed: its MAC does not fit.
    EventChanged {
        /// The row.
        seq: i64,
    },
    /// Personal fields were changed: they do not fit the commitment.
    PersonalChanged {
        /// The row.
        seq: i64,
    },
    /// A sealed event is gone.
    EventMissing {
        /// The row.
        seq: i64,
    },
    /// The chain does not continue: a seal was changed, removed or inserted.
    ChainBroken {
        /// Where.
        position: i64,
    },
    /// A key that made a MAC is not in the list of master keys, so nothing can be said.
    KeyUnknown {
        /// Its id.
        key_id: String,
    },
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many sealed events were checked.
    pub events: u64,
    /// How many events wait for their seal.
    pub unsealed: u64,
    /// How many events have had their personal fields erased.
    pub erased: u64,
    /// What is wrong, in the order of the chain.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Says once of each key that it is missing.
    fn key_unknown(&mut self, key_id: &str) {
        let finding = Finding::KeyUnknown {
            key_id: key_id.to_owned(),
        };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

/// Verifies the whole record, from the first seal to the last.
///
/// It cannot see that the *newest* events were removed together with their seals: for that, keep
/// the newest seal somewhere else and compare.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn verify(authority: &Authority) -> Result<Report, StoreError> {
    let database = authority.database();
    let mut report = Report::default();
    let mut chain: Vec<u8> = Vec::new();
    let mut position = 0;
    loop {
        let seals = audit_seals::Entity::find()
            .filter(audit_seals::Column::Position.gt(position))
            .order_by_asc(audit_seals::Column::Position)
            .limit(BATCH)
            .all(database)
            .await?;
        if seals.is_empty() {
            break;
        }
        let rows: Vec<i64> = seals.iter().map(|seal| seal.seq).collect();
        let mut events: HashMap<i64, audit_events::Model> = audit_events::Entity::find()
            .filter(audit_events::Column::Seq.is_in(rows.clone()))
            .all(database)
            .await?
            .into_iter()
            .map(|event| (event.seq, event))
            .collect();
        let mut personal: HashMap<i64, audit_personal::Model> = audit_personal::Entity::find()
            .filter(audit_personal::Column::Seq.is_in(rows))
            .all(database)
            .await?
            .into_iter()
            .map(|row| (row.seq, row))
            .collect();
        for seal in seals {
            if seal.position != position + 1 {
                report.findings.push(Finding::ChainBroken {
                    position: position + 1,
                });
            }
            position = seal.position;
            let Some(event) = events.remove(&seal.seq) else {
                report
                    .findings
                    .push(Finding::EventMissing { seq: seal.seq });
                chain = seal.chain;
                continue;
            };
            report.events += 1;
            check_event(authority, &event, personal.remove(&seal.seq), &mut report);
            match link(authority, &seal, &chain, &event) {
                None => report.key_unknown(&seal.key_id),
                Some(expected) if expected[..] == seal.chain[..] => {}
                Some(_) => report.findings.push(Finding::ChainBroken { position }),
            }
            chain = seal.chain;
        }
    }
    let all = audit_events::Entity::find().count(database).await?;
    report.unsealed = all.saturating_sub(report.events);
    Ok(report)
}

fn check_event(
    authority: &Authority,
    event: &audit_events::Model,
    personal: Option<audit_personal::Model>,
    report: &mut Report,
) {
    match event_mac(authority, event) {
        None => report.key_unknown(&event.key_id),
        Some(mac) if mac[..] == event.mac[..] => {}
        Some(_) => report
            .findings
            .push(Finding::EventChanged { seq: event.seq }),
    }
    match personal {
        None => report.erased += 1,
        Some(personal) => {
            if event.commitment.as_deref() != Some(&commitment(&personal)[..]) {
                report
                    .findings
                    .push(Finding::PersonalChanged { seq: event.seq });
            }
        }
    }
}
