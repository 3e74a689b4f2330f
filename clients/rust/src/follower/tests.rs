//! Fresh or not, and what a check says. Answers are handed to the task's code by the test.

use serde_json::{Value, json};

use super::*;
use crate::{
    testing::{ManualClock, Server, TOKEN, reply},
    wire::tests::{ALICE, FAMILY, OTHER, answer, changed, ended},
};

struct ByHand {
    clock: Arc<ManualClock>,
    known: Arc<Known>,
    poller: Poller,
}

impl ByHand {
    fn new() -> Self {
        Self::at("https://id.example")
    }

    fn at(base_url: &str) -> Self {
        let clock = ManualClock::new();
        let (known, poller) = prepare(settings(base_url, clock.clone()), Duration::ZERO).unwrap();
        Self {
            clock,
            known,
            poller,
        }
    }

    /// An answer that was on its way for so long.
    async fn hears(&mut self, millis: u64, signals: Value, members: Value) -> bool {
        let sent_at = self.clock.boot();
        self.clock.advance_millis(millis);
        self.poller
            .take(&answer(signals, members), sent_at)
            .await
            .unwrap()
    }

    async fn says(&self, sid: Uuid) -> Result<u64, Refusal> {
        self.known.check(sid, ALICE).await
    }

    async fn assert_fresh_for(&self, millis: u64) {
        self.clock.advance_millis(millis);
        assert!(self.says(FAMILY).await.is_ok());
        self.clock.advance_millis(1);
        assert_eq!(self.says(FAMILY).await, Err(Refusal::NotFresh));
    }
}

fn settings(base_url: &str, clock: Arc<ManualClock>) -> Settings {
    let mut settings = Settings::new(base_url, TOKEN);
    settings.clock = clock;
    settings
}

#[tokio::test]
async fn nobody_is_let_in_before_anything_is_known() {
    assert!(!ByHand::new().known.is_fresh());
}

#[tokio::test]
async fn what_is_known_counts_from_before_the_question_was_sent() {
    for (members, fresh_for) in [
        (json!({}), 1_500),
        // But not the time that the server held it.
        (json!({ "held_ms": 480 }), 1_980),
        // The server's own age counts.
        (json!({ "held_ms": 480, "age_ms": 700 }), 1_280),
        // A server cannot make it fresh in advance.
        (json!({ "held_ms": 60_000 }), 2_000),
        (json!({ "held_ms": u64::MAX }), 2_000),
    ] {
        let mut follower = ByHand::new();
        follower.hears(500, json!([]), members).await;
        follower.assert_fresh_for(fresh_for).await;
    }
}

#[tokio::test]
async fn pages_are_no_knowledge_until_the_last_one() {
    let mut follower = ByHand::new();
    let first = json!({ "more": true, "reset": true });
    assert!(follower.hears(0, json!([ended(FAMILY)]), first).await);
    assert_eq!(follower.says(OTHER).await, Err(Refusal::NotFresh));
    assert_eq!(follower.says(FAMILY).await, Err(Refusal::Ended));
    assert!(!follower.hears(0, json!([]), json!({ "reset": true })).await);
    assert!(follower.says(OTHER).await.is_ok());
}

#[tokio::test]
async fn what_is_no_answer_teaches_nothing_and_takes_nothing_away() {
    let mut follower = ByHand::new();
    follower.hears(0, json!([ended(FAMILY)]), json!({})).await;
    follower.clock.advance_millis(1_900);
    let sent_at = follower.clock.boot();
    assert!(follower.poller.take(b"{}", sent_at).await.is_err());
    follower.clock.advance_millis(200);
    assert_eq!(follower.says(OTHER).await, Err(Refusal::NotFresh));
    assert_eq!(follower.says(FAMILY).await, Err(Refusal::Ended));
}

#[tokio::test]
async fn a_check_tells_when_something_about_the_user_changed() {
    let mut follower = ByHand::new();
    follower.hears(0, json!([]), json!({})).await;
    let before = follower.says(FAMILY).await.unwrap();
    follower.hears(0, json!([changed(OTHER)]), json!({})).await;
    assert_eq!(follower.says(FAMILY).await, Ok(before));
    follower.hears(0, json!([changed(ALICE)]), json!({})).await;
    assert!(follower.says(FAMILY).await.unwrap() > before);
}

#[tokio::test]
async fn keys_are_fetched_before_it_is_fresh() {
    let server = Server::start(reply("500 X", "", b""));
    let mut follower = ByHand::at(&server.url());
    let sent_at = follower.clock.boot();
    let told = answer(json!([{ "kind": "keys_changed" }]), json!({}));
    assert!(follower.poller.take(&told, sent_at).await.is_err());
    assert!(!follower.known.is_fresh());
    // It stays due until it succeeds.
    server.now_answers(reply("200 OK", "", br#"{"keys":[]}"#));
    follower.clock.advance_millis(1_000);
    follower.hears(0, json!([]), json!({})).await;
    assert!(follower.known.is_fresh());
    assert_eq!(server.count(), 2);
    // Once more, from a node that had not heard of it.
    for millis in [1_900, 100, 1_000, 10_000] {
        follower.clock.advance_millis(millis);
        follower.hears(0, json!([]), json!({})).await;
    }
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn keys_are_fetched_after_a_gap() {
    let server = Server::start(reply("200 OK", "", br#"{"keys":[]}"#));
    let mut follower = ByHand::at(&server.url());
    for (more, count, mark) in [
        (true, 0, 0),
        (true, 0, 0),
        (false, 0, 0),
        // Everything once more: what lies between is lost.
        (true, 1, 1),
        (false, 1, 1),
    ] {
        let members = json!({ "reset": true, "more": more });
        follower.hears(0, json!([]), members).await;
        assert_eq!(server.count(), count);
        assert_eq!(follower.known.index.mark(ALICE), mark);
    }
}

#[tokio::test]
async fn a_poll_says_what_it_knows_and_who_asks() {
    let told = answer(json!([]), json!({ "next": "a&wait=9#/ü" }));
    let server = Server::start(reply("200 OK", "", &told));
    let mut follower = ByHand::at(&server.url());
    for _ in 0..2 {
        follower.poller.poll().await.unwrap();
    }
    let asked = server.asked.lock().unwrap();
    assert!(asked[0].starts_with("GET /api/signals?wait=0 "));
    assert!(asked[0].contains(&format!("authorization: Bearer {TOKEN}\r\n")));
    let second = "GET /api/signals?wait=500&after=a%26wait%3D9%23%2F%C3%BC ";
    assert!(asked[1].starts_with(second), "{}", asked[1]);
}

#[tokio::test]
async fn the_first_check_joins_the_first_poll() {
    let server = Server::start(reply(
        "200 OK",
        "",
        &answer(json!([ended(FAMILY)]), json!({})),
    ));
    let follower = Follower::start(Settings::new(server.url(), TOKEN)).unwrap();
    assert!(follower.check(OTHER, ALICE).await.is_ok());
    assert_eq!(follower.check(FAMILY, ALICE).await, Err(Refusal::Ended));
}

#[tokio::test]
async fn where_nothing_is_heard_a_check_waits_for_its_time_and_refuses() {
    let clock = ManualClock::new();
    let follower = Follower::idle(
        settings("https://id.example", clock.clone()),
        Duration::ZERO,
    );
    assert_eq!(follower.check(OTHER, ALICE).await, Err(Refusal::NotFresh));
    follower.hears(json!([]));
    assert!(follower.check(OTHER, ALICE).await.is_ok());
    clock.advance_millis(2_001);
    assert_eq!(follower.check(OTHER, ALICE).await, Err(Refusal::NotFresh));
}

#[test]
fn wrong_settings_stop_the_start() {
    let refused = |settings| prepare(settings, JOIN_LIMIT).err();
    for wrong in [
        "",
        "short",
        &"x".repeat(31),
        &format!("{TOKEN}\n"),
        &"ü".repeat(40),
    ] {
        let settings = Settings::new("https://id.example", wrong);
        assert_eq!(refused(settings), Some(SettingsError::Token), "{wrong}");
    }
    for millis in [0, 499, 60_001] {
        let mut settings = Settings::new("https://id.example", TOKEN);
        settings.max_staleness = Duration::from_millis(millis);
        assert_eq!(refused(settings), Some(SettingsError::MaxStaleness));
    }
}

#[test]
fn the_token_is_not_shown() {
    let settings = Settings::new("https://id.example", TOKEN);
    assert!(!format!("{settings:?}").contains(TOKEN));
}

#[test]
fn pauses_grow_to_a_bound() {
    let pauses: Vec<_> = (0..40).map(pause_after).collect();
    assert_eq!((pauses[0], pauses[39]), (FIRST_PAUSE, LAST_PAUSE));
    assert!(pauses.is_sorted());
}

impl Follower {
    /// One whose task has ended: it hears what the test tells it.
    pub(crate) fn idle(settings: Settings, join_limit: Duration) -> Self {
        let (known, _) = prepare(settings, join_limit).unwrap();
        let task = tokio::spawn(async {}).abort_handle();
        Self(Arc::new(Running { known, task }))
    }

    pub(crate) fn hears(&self, signals: Value) {
        let known = &self.0.known;
        let told = Answer::parse(&answer(signals, json!({}))).unwrap();
        known.index.apply(&told, known.clock.boot(), false);
        known.index.set_known_at(known.clock.boot());
        known.heard.send_replace(());
    }
}
