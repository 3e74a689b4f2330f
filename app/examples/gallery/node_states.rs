//! The page of nodes in every state worth looking at.

use latchkey_app::{
    Section,
    page::admin_nodes::{
        AdminNodesPage, NodeItem, NodeStanding, ReceiptItem, ReceptionItem, RevocationItem, Revoked,
    },
};
use latchkey_types::Role;

use crate::{
    people::{LONG_NAME, ago, link, uuid},
    states::{Stage, of},
};

/// All of them.
pub(crate) fn all(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminNodes, "Nodes");
    stage.shoot("admin-nodes", frame(Role::Administrator), three());
    stage.shoot("admin-nodes-auditor", frame(Role::Auditor), three());
    stage.shoot("admin-nodes-trouble", frame(Role::Administrator), trouble());
    stage.shoot("admin-nodes-long", frame(Role::Administrator), long());
    stage.shoot(
        "admin-nodes-one",
        frame(Role::Administrator),
        AdminNodesPage {
            nodes: vec![NodeItem {
                is_listening: false,
                ..node("identity:812", NodeStanding::Fresh)
            }],
            is_embedded: true,
            revocations: vec![revocation(0, &["identity:812"])],
            next: None,
            first: None,
        },
    );
    stage.shoot(
        "admin-nodes-quiet",
        frame(Role::Administrator),
        AdminNodesPage {
            revocations: Vec::new(),
            next: None,
            ..three()
        },
    );
    stage.shoot(
        "admin-nodes-none",
        frame(Role::Administrator),
        AdminNodesPage {
            nodes: Vec::new(),
            is_embedded: false,
            revocations: Vec::new(),
            next: None,
            first: None,
        },
    );
}

const THREE: [&str; 3] = ["edge-1:4711", "edge-2:4688", "edge-3:5023"];

fn node(name: &str, standing: NodeStanding) -> NodeItem {
    NodeItem {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        standing,
        started_at: ago(3 * 86_400),
        beat_at: ago(0),
        lag_ms: Some(184),
        bound_ms: 2_000,
        is_listening: true,
        applied: 1_204,
    }
}

fn revocation(number: u64, nodes: &[&str]) -> RevocationItem {
    let what = match number % 5 {
        0 => Revoked::Session {
            short: "b302099a8057".to_owned(),
        },
        1 => Revoked::Family {
            id: uuid(number),
            short: "b302099a8057".to_owned(),
        },
        2 => Revoked::Several {
            sessions: 3,
            families: 1,
        },
        3 => Revoked::User,
        _ => Revoked::Keys,
    };
    RevocationItem {
        user: (what != Revoked::Keys).then(|| link(1, "grace.hopper")),
        what,
        at: ago(40 + 251 * i64::try_from(number).unwrap()),
        receipts: (3..)
            .step_by(6)
            .zip(nodes)
            .map(|(within_ms, name)| receipt(name, ReceptionItem::Applied { within_ms }))
            .collect(),
    }
}

fn receipt(node: &str, reception: ReceptionItem) -> ReceiptItem {
    ReceiptItem {
        node: node.to_owned(),
        reception,
    }
}

fn three() -> AdminNodesPage {
    AdminNodesPage {
        nodes: THREE.map(|name| node(name, NodeStanding::Fresh)).to_vec(),
        is_embedded: false,
        revocations: (0..7).map(|number| revocation(number, &THREE)).collect(),
        next: Some("/admin/nodes?cursor=abc".to_owned()),
        first: None,
    }
}

fn trouble() -> AdminNodesPage {
    let since = ago(1_797);
    let refusing = ReceptionItem::Refusing { since };
    let beside = |number, reception| RevocationItem {
        receipts: vec![
            receipt(THREE[0], ReceptionItem::Applied { within_ms: 11 }),
            receipt(THREE[1], reception),
            receipt(THREE[2], refusing),
        ],
        ..revocation(number, &THREE)
    };
    AdminNodesPage {
        nodes: vec![
            node(THREE[0], NodeStanding::Fresh),
            NodeItem {
                lag_ms: Some(41_300),
                is_listening: false,
                ..node(THREE[1], NodeStanding::Behind)
            },
            NodeItem {
                beat_at: ago(1_800),
                ..node(
                    THREE[2],
                    NodeStanding::Silent {
                        refuses_since: since,
                    },
                )
            },
            NodeItem {
                beat_at: ago(10_803),
                ..node(
                    "edge-3:4020",
                    NodeStanding::Gone {
                        refuses_since: ago(10_800),
                    },
                )
            },
            NodeItem {
                beat_at: ago(7_200),
                version: "0.9.0".to_owned(),
                ..node("edge-1:1207", NodeStanding::Stopped { at: ago(7_200) })
            },
        ],
        revocations: vec![
            beside(0, ReceptionItem::Awaited),
            beside(1, ReceptionItem::Missing),
            beside(2, ReceptionItem::Applied { within_ms: 1_420 }),
            RevocationItem {
                receipts: vec![
                    receipt(THREE[0], ReceptionItem::Applied { within_ms: 7 }),
                    receipt(THREE[1], ReceptionItem::Rebuilt),
                    receipt("edge-1:1207", ReceptionItem::Gone),
                ],
                ..revocation(3, &THREE)
            },
            RevocationItem {
                receipts: Vec::new(),
                ..revocation(4, &THREE)
            },
        ],
        ..three()
    }
}

fn long() -> AdminNodesPage {
    let name = format!("{}.{LONG_NAME}.example.org:4194304", "pod-7f9c".repeat(8));
    let silent = NodeStanding::Silent {
        refuses_since: ago(86_000),
    };
    AdminNodesPage {
        nodes: vec![
            NodeItem {
                applied: 123_456_789,
                lag_ms: None,
                version: "1.0.0-rc.1+build.20260101.g0123456789abcdef".to_owned(),
                ..node(&name, silent)
            },
            node("a:1", silent),
        ],
        revocations: vec![RevocationItem {
            what: Revoked::Unknown {
                kind: "consent_withdrawn_from_a_client_of_a_later_release".to_owned(),
            },
            user: Some(link(2, LONG_NAME)),
            receipts: vec![
                receipt(&name, ReceptionItem::Applied { within_ms: 12 }),
                receipt("a:1", ReceptionItem::Refusing { since: ago(86_000) }),
            ],
            ..revocation(0, &THREE)
        }],
        first: Some("/admin/nodes".to_owned()),
        ..three()
    }
}
