//! API sign-ins, threats and keys: their forms, what a thief could write, what is said in words.

use latchkey_app::{
    Section,
    page::{
        admin_family::AdminFamilyPage,
        admin_threat::{AddressItem, AdminThreatPage, Side},
        families::{AgentItem, FamilyItem, GenerationItem, SightItem},
        threats::{IncidentItem, VerdictItem},
    },
    render,
};
use latchkey_types::{Role, Verdict};

use crate::{
    HOSTILE, assert_form,
    html::elements,
    people, programs, shot,
    states::{all, of},
};

#[test]
fn forms_about_tokens_have_the_fields_that_the_server_reads() {
    let grace = people::user_id(1);
    let family = programs::family(0).family_id;
    let incident = programs::incident(0).incident_id;
    for (page, action, fields) in [
        (
            "sessions",
            format!("/account/families/{family}/end"),
            "csrf",
        ),
        (
            "account-after-theft",
            "/account/threats/dismiss".to_owned(),
            "csrf incidents next",
        ),
        (
            "admin-families",
            format!("/admin/families/{family}/end"),
            "back csrf",
        ),
        (
            "admin-families",
            "/admin/families".to_owned(),
            "address by device event from reason sort state to used_from user",
        ),
        (
            "admin-families-of-one",
            format!("/admin/users/{grace}/end-families"),
            "back csrf",
        ),
        (
            "admin-user",
            format!("/admin/users/{grace}/end-families"),
            "back csrf",
        ),
        (
            "admin-threats",
            "/admin/threats".to_owned(),
            "address class from sort to user verdict",
        ),
        (
            "admin-threat",
            format!("/admin/threats/{incident}/judge"),
            "csrf note verdict",
        ),
        (
            "admin-threat",
            format!("/admin/users/{}/end-families", people::user_id(0)),
            "back csrf",
        ),
        (
            "admin-threat",
            format!("/admin/users/{}/end-sessions", people::user_id(0)),
            "back csrf",
        ),
        (
            "admin-keys",
            "/admin/keys/rotate".to_owned(),
            "algorithm csrf",
        ),
        (
            "admin-keys",
            "/admin/keys/9sD1nX4bKq7LwZp2Rm5Vt8Yc3Fh6Jg0Ea1Ui4Ok9SxQ/kill".to_owned(),
            "csrf",
        ),
    ] {
        assert_form(page, &action, fields);
    }
}

fn hostile_sight() -> SightItem {
    SightItem {
        at: people::NOW,
        address: HOSTILE.to_owned(),
        network: HOSTILE.to_owned(),
        agent: AgentItem {
            browser: HOSTILE.to_owned(),
            system: HOSTILE.to_owned(),
            device: HOSTILE.to_owned(),
            user_agent: HOSTILE.to_owned(),
        },
    }
}

/// The picture with text of a thief's choice wherever a thief has a choice.
pub(crate) fn hostile_family() -> String {
    let (family, generations, incidents) = programs::stolen_life();
    let page = AdminFamilyPage {
        family: FamilyItem {
            client: HOSTILE.to_owned(),
            agent: hostile_sight().agent,
            address: HOSTILE.to_owned(),
            ..family
        },
        generations: generations
            .into_iter()
            .map(|item| GenerationItem {
                made: hostile_sight(),
                ..item
            })
            .collect(),
        incidents: incidents
            .into_iter()
            .map(|incident| IncidentItem {
                replayed: hostile_sight(),
                ..incident
            })
            .collect(),
        session: None,
        earlier: None,
        newest: None,
        back: HOSTILE.to_owned(),
        may_end: true,
    };
    render(
        of(Role::Administrator, Section::AdminFamilies, "API sign-in"),
        page,
    )
}

pub(crate) fn hostile_threat() -> String {
    let incident = IncidentItem {
        rotated: hostile_sight(),
        replayed: hostile_sight(),
        verdict: Some(VerdictItem {
            note: format!("</textarea>{HOSTILE}"),
            ..programs::verdict(Verdict::Confirmed)
        }),
        ..programs::incident(0)
    };
    let page = AdminThreatPage {
        of_user: programs::of_user(incident.user.clone()),
        incident,
        family: programs::family(0),
        sightings: Vec::new(),
        families_of_user: Vec::new(),
        sessions_of_user: Vec::new(),
        there: vec![AddressItem {
            address: HOSTILE.to_owned(),
            side: Side::Both,
            families: vec![programs::family(1)],
            sessions: Vec::new(),
            incidents: vec![programs::incident(1)],
        }],
        back: HOSTILE.to_owned(),
        may_end: true,
        may_judge: true,
    };
    render(
        of(Role::Administrator, Section::AdminThreats, "Threat"),
        page,
    )
}

#[test]
fn the_history_says_when_a_token_was_asked_for_again_and_since_when_it_is_in_use() {
    let shot = shot("admin-family");
    let (_, rest) = shot
        .html
        .split_once("asked for again 2 times, last at ")
        .unwrap();
    assert!(rest.starts_with("<time "), "{}", &rest[..80]);
    // All but the one that was never received.
    assert_eq!(shot.html.matches("in use since <time ").count(), 17);
}

/// What stands in the drawing stands in the table too, and the drawing says what it is.
#[test]
fn the_picture_of_a_family_is_there_for_those_who_cannot_see_it() {
    let shot = shot("admin-family-stolen");
    let found = elements(&shot.html);
    let drawing = found
        .iter()
        .find(|element| element.get("role") == Some("img"))
        .unwrap();
    assert!(drawing.get("aria-labelledby").is_some());
    assert!(
        shot.html
            .contains("Generation 8 was presented again from Firefox on Linux.")
    );
    assert!(shot.html.contains("Then it ended: Token theft."));
    let dots = found
        .iter()
        .filter(|element| {
            element.within.last().is_some_and(|parent| parent == "path") && element.is("title")
        })
        .count();
    let rows = found
        .iter()
        .filter(|element| element.is("tr") && element.within.contains(&"tbody".to_owned()))
        .count();
    assert_eq!(rows, dots + 1, "each mark has a row, and so has the end");
}

#[test]
fn a_theft_is_told_in_one_plain_sentence() {
    let shot = shot("admin-threat");
    let (_, rest) = shot.html.split_once(">On ").unwrap();
    let (told, _) = rest.split_once("</p>").unwrap();
    let mut text = String::from("On ");
    let mut in_tag = false;
    for letter in told.chars() {
        match letter {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => text.push(letter),
            _ => {}
        }
    }
    assert_eq!(
        text,
        "On 1 January 2026 at 11:53 UTC a refresh token of ada that had been rotated 4 minutes \
         earlier from Firefox on Linux (192.0.2.0/24) was presented again from curl \
         (203.0.113.0/24). Latchkey ended the API sign-in."
    );
}

#[test]
fn what_is_unread_is_counted_for_those_who_see_the_console() {
    for shot in all(None) {
        let sees = shot.html.contains("href=\"/admin/threats\"");
        assert_eq!(
            shot.html.contains("unread</span></span></a>"),
            sees,
            "{}",
            shot.name
        );
    }
}

#[test]
fn what_stands_in_a_note_stays_in_it() {
    // Leptos does not escape what stands in a textarea: we do, once.
    assert!(
        hostile_threat()
            .contains(">&lt;/textarea>&lt;script>alert(1)&lt;/script>\"'&amp;</textarea>")
    );
}
