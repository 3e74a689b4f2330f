//! Histories by hand: each rule has one that it accepts and one that it refuses.

mod telling;

use super::*;
use crate::{
    clock::{MILLISECOND, SECOND},
    history::{Fault, Setting},
};

const BOUND: Nanos = 2 * SECOND;

fn history(kind: Kind) -> History {
    let mut history = History::new(Setting {
        nodes: 2,
        bound: BOUND,
        recovery: 5 * SECOND,
        seed: 0,
        conditions: String::new(),
    });
    history.issues.push(Issue {
        credential: 0,
        kind,
        user: "ann".to_owned(),
        node: 0,
        valid_from: SECOND,
    });
    history
}

fn check(node: u8, sent: Nanos, status: u16) -> Check {
    Check {
        sent,
        received: sent + MILLISECOND,
        credential: 0,
        status,
        node,
        asked: Asked::Read,
        retry_after: true,
    }
}

fn mint(node: u8, sent: Nanos, status: u16) -> Check {
    Check {
        asked: Asked::Mint,
        ..check(node, sent, status)
    }
}

/// Ended by node 0, acknowledged at ten seconds.
fn end() -> End {
    End {
        credential: 0,
        road: "sign-out".to_owned(),
        node: Some(0),
        sent: 10 * SECOND - 5 * MILLISECOND,
        received: 10 * SECOND,
        acknowledged: true,
    }
}

fn fault(from: Nanos, until: Nanos) -> Fault {
    Fault {
        name: "fault".to_owned(),
        node: Some(1),
        from,
        until,
        excuses: true,
        deafens: false,
    }
}

fn broken(history: &History) -> Vec<Rule> {
    judge(history)
        .violations
        .iter()
        .map(|violation| violation.rule)
        .collect()
}

/// What the rules say of checks on a session that was ended.
fn after_the_end(checks: &[Check]) -> Vec<Rule> {
    let mut history = history(Kind::Session);
    history.ends.push(end());
    history.checks.extend_from_slice(checks);
    broken(&history)
}

/// What they say of checks on something that was not.
fn of(kind: Kind, checks: &[Check]) -> Vec<Rule> {
    let mut history = history(kind);
    history.checks.extend_from_slice(checks);
    broken(&history)
}

#[test]
fn another_node_may_accept_until_the_bound() {
    let last = 10 * SECOND + BOUND;
    assert_eq!(after_the_end(&[check(1, last, 200)]), []);
    assert_eq!(after_the_end(&[check(1, last + 1, 200)]), [Rule::Late]);
    // What was sent before counts as sent before, whenever the answer comes.
    let mut slow = check(1, last, 200);
    slow.received = last + 3 * SECOND;
    assert_eq!(after_the_end(&[slow]), []);
}

#[test]
fn the_node_that_acknowledged_accepts_nothing_sent_later() {
    assert_eq!(after_the_end(&[check(0, 10 * SECOND, 200)]), []);
    assert_eq!(
        after_the_end(&[check(0, 10 * SECOND + 1, 200)]),
        [Rule::OwnNode]
    );
}

#[test]
fn an_end_without_acknowledgement_may_have_been_done_or_not() {
    let mut history = history(Kind::Session);
    history.ends.push(End {
        acknowledged: false,
        ..end()
    });
    history.checks.push(check(1, 20 * SECOND, 200));
    assert_eq!(broken(&history), []);
    // But once it is known to have been done, it stays so.
    history.checks.push(check(0, 21 * SECOND, 401));
    let known = 21 * SECOND + MILLISECOND;
    history.checks.push(check(1, known + BOUND, 200));
    assert_eq!(broken(&history), []);
    history.checks.push(check(1, known + BOUND + 1, 200));
    assert_eq!(broken(&history), [Rule::TakenBack]);
    // Where it was not sure to be good before, the refusal says nothing of an end.
    history.issues[0].valid_from = Nanos::MAX;
    assert_eq!(broken(&history), []);
}

#[test]
fn no_node_changes_anything_after_the_acknowledgement() {
    assert_eq!(after_the_end(&[mint(1, 10 * SECOND, 200)]), []);
    assert_eq!(after_the_end(&[mint(1, 11 * SECOND, 401)]), []);
    assert_eq!(
        after_the_end(&[mint(1, 10 * SECOND + 1, 200)]),
        [Rule::Minted]
    );
}

#[test]
fn what_is_good_is_not_refused() {
    // Not issued yet, or being ended.
    let early = check(1, SECOND - 1, 401);
    let crossing = check(1, 10 * SECOND - 5 * MILLISECOND - 1, 401);
    assert_eq!(after_the_end(&[early, crossing]), []);
    let before = check(1, 10 * SECOND - 7 * MILLISECOND, 401);
    assert_eq!(after_the_end(&[before]), [Rule::Refused]);
    assert_eq!(of(Kind::Family, &[mint(0, SECOND, 401)]), [Rule::Refused]);
}

#[test]
fn a_right_is_refused_with_403() {
    assert_eq!(of(Kind::Right, &[check(0, SECOND, 200)]), []);
    assert_eq!(of(Kind::Right, &[check(0, SECOND, 403)]), [Rule::Refused]);
    assert_eq!(
        of(Kind::Right, &[check(0, SECOND, 401)]),
        [Rule::Unexpected]
    );
}

#[test]
fn what_was_never_issued_is_not_accepted() {
    assert_eq!(of(Kind::Forged, &[check(0, 9, 401), mint(1, 9, 401)]), []);
    assert_eq!(of(Kind::Forged, &[check(0, 9, 200)]), [Rule::NeverIssued]);
}

#[test]
fn unavailable_is_excused_by_a_fault_and_a_while_after_it() {
    let at = |sent, status| {
        let mut history = history(Kind::Session);
        history.faults.push(fault(10 * SECOND, 20 * SECOND));
        history.checks.push(check(1, sent, status));
        broken(&history)
    };
    for status in [0, 503] {
        assert_eq!(at(9 * SECOND, status), [Rule::Unavailable]);
        assert_eq!(at(10 * SECOND, status), []);
        assert_eq!(at(25 * SECOND - 1, status), []);
        assert_eq!(at(25 * SECOND, status), [Rule::Unavailable]);
    }
    // No fault makes a node say that somebody is signed out, or fail without saying so.
    assert_eq!(at(11 * SECOND, 401), [Rule::Refused]);
    assert_eq!(at(11 * SECOND, 500), [Rule::Unexpected]);
    // The other node has no excuse.
    let mut other = history(Kind::Session);
    other.faults.push(fault(10 * SECOND, 20 * SECOND));
    other.checks.push(check(0, 11 * SECOND, 503));
    assert_eq!(broken(&other), [Rule::Unavailable]);
}

#[test]
fn unavailable_says_when_to_come_again() {
    let mut history = history(Kind::Session);
    history.faults.push(fault(10 * SECOND, 20 * SECOND));
    history.checks.push(check(1, 11 * SECOND, 503));
    assert_eq!(broken(&history), []);
    history.checks[0].retry_after = false;
    assert_eq!(broken(&history), [Rule::NoRetryAfter]);
}

#[test]
fn another_status_is_no_answer() {
    assert_eq!(of(Kind::Session, &[check(0, SECOND, 200)]), []);
    for status in [302, 404, 500] {
        assert_eq!(
            of(Kind::Session, &[check(0, SECOND, status)]),
            [Rule::Unexpected]
        );
    }
    // A change may fail with its transaction.
    let mut failed = history(Kind::Session);
    failed.faults.push(fault(10 * SECOND, 20 * SECOND));
    failed.checks.push(mint(1, 11 * SECOND, 500));
    assert_eq!(broken(&failed), []);
    failed.faults.clear();
    assert_eq!(broken(&failed), [Rule::Unexpected]);
}

#[test]
fn a_node_that_hears_of_nothing_answers_no_longer_than_the_bound() {
    let at = |sent| {
        let mut history = history(Kind::Session);
        history.faults.push(Fault {
            deafens: true,
            ..fault(10 * SECOND, 20 * SECOND)
        });
        history.checks.push(check(1, sent, 200));
        broken(&history)
    };
    assert_eq!(at(10 * SECOND + BOUND), []);
    assert_eq!(at(10 * SECOND + BOUND + 1), [Rule::Deaf]);
    // The answer came when it may have heard again.
    assert_eq!(at(20 * SECOND - MILLISECOND), []);
}

#[test]
fn at_the_end_every_node_has_said_how_everything_stands() {
    let mut ended = history(Kind::Session);
    ended.ends.push(end());
    ended.settled = Some(30 * SECOND);
    ended.checks.push(check(0, 31 * SECOND, 401));
    ended.checks.push(check(1, 20 * SECOND, 401));
    assert_eq!(broken(&ended), [Rule::Unproved]);
    ended.checks.push(check(1, 31 * SECOND, 401));
    assert_eq!(broken(&ended), []);

    let mut live = history(Kind::Family);
    live.settled = Some(30 * SECOND);
    live.checks.push(check(0, 31 * SECOND, 200));
    assert_eq!(broken(&live), [Rule::Unproved]);
    live.checks.push(check(1, 31 * SECOND, 200));
    assert_eq!(broken(&live), []);
}
