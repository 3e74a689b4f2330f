//! The pages of API sign-ins, threats and keys in every state worth looking at.

use latchkey_app::{
    Notice, Section,
    page::{
        admin_families::AdminFamiliesPage,
        admin_family::AdminFamilyPage,
        admin_keys::AdminKeysPage,
        admin_threat::{AddressItem, AdminThreatPage, Side},
        admin_threats::AdminThreatsPage,
        bulk_ends::BulkLinks,
        families::FamilyItem,
        listing::{Asked, ListLinks},
        threats::IncidentItem,
    },
};
use latchkey_types::{Role, Verdict};

use crate::{
    bulk_states::order,
    people::{link, long_session, session},
    programs::{
        counts, ended_family, family, incident, keys, long_family, long_incident, long_life,
        new_life, of_user, quiet_life, sightings, stolen_life, verdict, weeks,
    },
    states::{Stage, links, noticed, of},
};

/// All of them.
pub(crate) fn all(stage: &mut Stage) {
    families(stage);
    lives(stage);
    threats(stage);
    threat(stage);
    keys_of_the_server(stage);
}

fn families(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminFamilies, "API sign-ins");
    let page = |may_end: bool| AdminFamiliesPage {
        asked: Asked::new(),
        families: (0..14)
            .map(|number| {
                if number % 3 == 2 {
                    ended_family(number)
                } else {
                    family(number)
                }
            })
            .collect(),
        bulk: BulkLinks {
            end_all: may_end.then(|| "/admin/families/end?all=1".to_owned()),
            running: Some(order()),
            waiting: 2,
        },
        of_user: None,
        links: links("/admin/families", 0),
        back: "/admin/families".to_owned(),
        may_end,
    };
    stage.shoot("admin-families", frame(Role::Administrator), page(true));
    stage.shoot("admin-families-auditor", frame(Role::Auditor), page(false));
    let of_one = || -> Vec<FamilyItem> {
        [1, 7, 13]
            .map(|number| FamilyItem {
                user: link(1, "grace.hopper"),
                ..family(number)
            })
            .to_vec()
    };
    stage.shoot(
        "admin-families-of-one",
        noticed(frame(Role::Administrator), Notice::FamilyEnded),
        AdminFamiliesPage {
            asked: Asked::new()
                .with("user", "grace.hopper")
                .with("state", "live"),
            families: of_one(),
            of_user: Some(of_user(link(1, "grace.hopper"))),
            links: ListLinks::default(),
            ..page(true)
        },
    );
    stage.shoot(
        "admin-families-long",
        frame(Role::Administrator),
        AdminFamiliesPage {
            families: vec![long_family(), ended_family(1), ended_family(2), family(4)],
            links: links("/admin/families", 1),
            of_user: Some(of_user(long_family().user)),
            ..page(true)
        },
    );
    let none = |asked| AdminFamiliesPage {
        asked,
        families: Vec::new(),
        links: ListLinks::default(),
        ..page(true)
    };
    stage.shoot(
        "admin-families-empty",
        frame(Role::Administrator),
        none(Asked::new()),
    );
    stage.shoot(
        "admin-families-none",
        frame(Role::Administrator),
        none(
            Asked::new()
                .with("user", "zz")
                .with("device", "phone")
                .with("event", "theft")
                .wrong("user", "No user has a name or an address that begins so."),
        ),
    );
}

fn lives(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminFamilies, "An API sign-in");
    let page = |(family, generations): (FamilyItem, _), may_end| AdminFamilyPage {
        back: format!("/admin/families/{}", family.family_id),
        family,
        generations,
        incidents: Vec::new(),
        session: None,
        earlier: None,
        newest: None,
        may_end,
    };
    stage.shoot(
        "admin-family",
        frame(Role::Administrator),
        page(quiet_life(), true),
    );
    stage.shoot(
        "admin-family-new",
        frame(Role::Administrator),
        AdminFamilyPage {
            session: Some("b302099a8057".to_owned()),
            ..page(new_life(), true)
        },
    );
    let (family, generations, incidents) = stolen_life();
    let stolen = AdminFamilyPage {
        incidents,
        ..page((family, generations), false)
    };
    stage.shoot(
        "admin-family-stolen",
        frame(Role::Administrator),
        stolen.clone(),
    );
    stage.shoot("admin-family-stolen-auditor", frame(Role::Auditor), stolen);
    stage.shoot(
        "admin-family-long",
        frame(Role::Administrator),
        AdminFamilyPage {
            earlier: Some("/admin/families/x?before=2541".to_owned()),
            newest: Some("/admin/families/x".to_owned()),
            ..page(long_life(), true)
        },
    );
}

fn threats(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminThreats, "Threats");
    let page = || AdminThreatsPage {
        asked: Asked::new(),
        counts: counts(true),
        weeks: weeks(true),
        incidents: (0..12).map(incident).collect(),
        links: links("/admin/threats", 0),
    };
    stage.shoot("admin-threats", frame(Role::Administrator), page());
    stage.shoot("admin-threats-auditor", frame(Role::Auditor), page());
    stage.shoot(
        "admin-threats-long",
        frame(Role::Administrator),
        AdminThreatsPage {
            incidents: vec![long_incident(), incident(1), incident(4)],
            ..page()
        },
    );
    stage.shoot(
        "admin-threats-empty",
        frame(Role::Administrator),
        AdminThreatsPage {
            counts: counts(false),
            weeks: weeks(false),
            incidents: Vec::new(),
            links: ListLinks::default(),
            ..page()
        },
    );
    stage.shoot(
        "admin-threats-none",
        frame(Role::Administrator),
        AdminThreatsPage {
            asked: Asked::new()
                .with("user", "gra")
                .with("class", "lost_timeline")
                .with("verdict", "false_alarm"),
            incidents: Vec::new(),
            links: ListLinks::default(),
            ..page()
        },
    );
}

fn threat(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminThreats, "A threat");
    let page = |incident: IncidentItem, may| AdminThreatPage {
        back: format!("/admin/threats/{}", incident.incident_id),
        of_user: of_user(incident.user.clone()),
        incident,
        family: ended_family(2),
        sightings: Vec::new(),
        families_of_user: vec![family(6), family(12)],
        sessions_of_user: vec![session(0), session(10)],
        there: Vec::new(),
        may_end: may,
        may_judge: may,
    };
    let theft = || IncidentItem {
        sightings: 4,
        ..incident(0)
    };
    stage.shoot(
        "admin-threat",
        frame(Role::Administrator),
        AdminThreatPage {
            sightings: sightings(),
            there: vec![
                AddressItem {
                    address: "203.0.113.154".to_owned(),
                    side: Side::Replayed,
                    families: vec![family(4)],
                    sessions: vec![session(2)],
                    incidents: vec![incident(3)],
                },
                AddressItem {
                    address: "192.0.2.41".to_owned(),
                    side: Side::Rotated,
                    families: Vec::new(),
                    sessions: Vec::new(),
                    incidents: Vec::new(),
                },
            ],
            ..page(theft(), true)
        },
    );
    stage.shoot(
        "admin-threat-auditor",
        frame(Role::Auditor),
        AdminThreatPage {
            sightings: sightings(),
            ..page(theft(), false)
        },
    );
    stage.shoot(
        "admin-threat-judged",
        noticed(frame(Role::Administrator), Notice::IncidentJudged),
        AdminThreatPage {
            family: ended_family(3),
            families_of_user: Vec::new(),
            sessions_of_user: Vec::new(),
            ..page(
                IncidentItem {
                    verdict: Some(verdict(Verdict::FalseAlarm)),
                    ..incident(1)
                },
                true,
            )
        },
    );
    stage.shoot(
        "admin-threat-suspected",
        frame(Role::Administrator),
        AdminThreatPage {
            family: family(2),
            ..page(incident(2), true)
        },
    );
    stage.shoot(
        "admin-threat-lost",
        frame(Role::Administrator),
        AdminThreatPage {
            family: family(4),
            ..page(incident(4), true)
        },
    );
    stage.shoot(
        "admin-threat-long",
        frame(Role::Administrator),
        AdminThreatPage {
            family: FamilyItem {
                family_id: family(60).family_id,
                ..long_family()
            },
            sightings: sightings(),
            there: vec![AddressItem {
                address: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".to_owned(),
                side: Side::Both,
                families: vec![long_family()],
                sessions: vec![long_session()],
                incidents: Vec::new(),
            }],
            ..page(long_incident(), true)
        },
    );
}

fn keys_of_the_server(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminKeys, "Keys");
    let page = |may_manage| AdminKeysPage {
        keys: keys(),
        rotation_days: 30,
        may_manage,
        needs_fresh_proof: false,
    };
    stage.shoot(
        "admin-keys",
        noticed(frame(Role::Administrator), Notice::KeysRotated),
        page(true),
    );
    stage.shoot(
        "admin-keys-proof",
        frame(Role::Administrator),
        AdminKeysPage {
            needs_fresh_proof: true,
            ..page(true)
        },
    );
    stage.shoot("admin-keys-auditor", frame(Role::Auditor), page(false));
    stage.shoot(
        "admin-keys-empty",
        frame(Role::Administrator),
        AdminKeysPage {
            keys: Vec::new(),
            ..page(true)
        },
    );
}
