//! Two processes of the program on one PostgreSQL, whose clocks differ by a minute.
//!
//! The same random requests go to the rules (the state machine of the tests of `authority`) and to
//! whichever of the two processes; both must answer alike, and the database must hold what the
//! rules remember. Time passes by moving every instant in the database back: both processes go by
//! the database's clock, which nobody can set.

mod database;
mod node;
mod play;
#[expect(dead_code, reason = "what only the tests of `authority` ask of them")]
mod rules;

use std::collections::BTreeSet;

use latchkey_testing::{TestDatabase, rounds};
use serde_json::json;

use node::{Node, PASSWORD, Reply, USER};
use play::{PEOPLE, Play};

/// The wall clock of the second process is so many seconds ahead.
const AHEAD: i64 = 60;

/// What the plays must come by together.
const REACHED: [&str; 12] = [
    "Rotated",
    "Retry",
    "ForeignRetry",
    "LostResponse",
    "Reused(StaleCopy)",
    "Reused(Theft)",
    "Ended(Theft)",
    "Ended(SignOut)",
    "Ended(Idle)",
    "Ended(Expired)",
    "SignedOut",
    "Valid",
];

/// How many plays are added at the most until everything was come by.
const MORE: usize = 8;

/// Two processes on this database, the second one ahead.
fn two_nodes(database: &TestDatabase, grace: Option<&str>) -> [Node; 2] {
    let mut nodes = [None, Some(AHEAD)].map(|ahead| Node::start(&database.url, ahead, grace));
    for node in &mut nodes {
        node.wait_until_ready();
    }
    // Their clocks do differ: each says its own time in every answer.
    let [first, second] = nodes.each_ref().map(Node::wall_clock);
    assert!((second - first - AHEAD).abs() <= 10, "{first} {second}");
    nodes
}

fn sign_in(node: &Node) -> Reply {
    let body = json!({ "email": USER, "password": PASSWORD });
    node.post("/api/auth/token/", &body, PEOPLE[0])
}

fn refresh(node: &Node, token: &str) -> Reply {
    let body = json!({ "refresh": token });
    node.post("/api/auth/token/refresh/", &body, PEOPLE[0])
}

/// The instant in a claim of an access token.
fn claim(access: &str, name: &str) -> i64 {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = access.split('.').nth(1).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    claims[name].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i06_two_processes_whose_clocks_differ_by_a_minute_do_what_the_rules_say() {
    if !TestDatabase::is_postgres() {
        return; // One process alone may serve an embedded database.
    }
    let database = TestDatabase::new().await;
    let nodes = two_nodes(&database, None);
    let mut seen = BTreeSet::new();
    let enough = rounds(2, 40);
    for seed in 0..enough + MORE {
        if seed >= enough && REACHED.iter().all(|reached| seen.contains(*reached)) {
            break;
        }
        let mut play = Play::new(&database.connection, &nodes, u64::try_from(seed).unwrap()).await;
        if let Err(mismatch) = play.run().await {
            let trace = play.trace.join("\n");
            panic!("what was done:\n{trace}\nseed {seed}: {mismatch}");
        }
        seen.extend(play.seen);
    }
    for reached in REACHED {
        assert!(
            seen.contains(reached),
            "no play reached {reached}: {seen:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i06_two_processes_whose_clocks_differ_agree_on_what_is_rotated_and_when_it_expires() {
    if !TestDatabase::is_postgres() {
        return; // One process alone may serve an embedded database.
    }
    let database = TestDatabase::new().await;
    // Without a grace, whatever comes after the reply is past it: no time need be passed.
    for (grace, replay_is_excused) in [(None, true), (Some("0"), false)] {
        let nodes = two_nodes(&database, grace);
        for [one, other] in [[0, 1], [1, 0]].map(|order| order.map(|index| &nodes[index])) {
            let first = sign_in(one);
            assert!(first.is_ok, "{first:?}");
            let second = refresh(one, first.text("refresh"));
            assert!(second.is_ok, "{second:?}");
            // What one of them mints is good for both, and ends at the same moment.
            for node in [one, other] {
                let reply = node.get_as("/api/me", second.text("access"), PEOPLE[0]);
                assert!(reply.is_ok, "{reply:?}");
            }
            let replayed = refresh(other, first.text("refresh"));
            assert_eq!(replayed.is_ok, replay_is_excused, "{replayed:?}");
            if replay_is_excused {
                assert_eq!(replayed.text("refresh"), second.text("refresh"));
                assert_eq!(
                    replayed.text("refresh_expiration"),
                    second.text("refresh_expiration")
                );
                for name in ["iat", "exp"] {
                    let [a, b] =
                        [&second, &replayed].map(|reply| claim(reply.text("access"), name));
                    assert!((a - b).abs() <= 20, "{name}: {a} and {b}");
                }
                let third = refresh(other, second.text("refresh"));
                assert!(third.is_ok, "{third:?}");
                assert!(refresh(one, third.text("refresh")).is_ok);
            } else {
                for node in [one, other] {
                    let reply = refresh(node, second.text("refresh"));
                    assert_eq!(reply.body["detail"], "Token is blacklisted", "{reply:?}");
                    let reply = node.get_within("/api/me", second.text("access"), PEOPLE[0], false);
                    assert!(!reply.is_ok, "{reply:?}");
                }
            }
        }
    }
}
