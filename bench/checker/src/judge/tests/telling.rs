//! What the judge says of a history beside the rules that it breaks.

use super::*;

#[test]
fn the_lag_lies_between_the_last_acceptance_and_the_refusal_after_it() {
    let mut history = history(Kind::Session);
    history.ends.push(end());
    let at = |millis| 10 * SECOND + millis * MILLISECOND;
    history.checks.extend([
        check(1, at(3), 200),
        check(1, at(4), 401),
        check(1, at(7), 200),
        check(1, at(9), 401),
        check(0, at(1), 401),
    ]);
    let verdict = judge(&history);
    let lags: Vec<_> = verdict
        .lags
        .iter()
        .map(|lag| (lag.is_own, lag.near.is_none(), lag.seen, lag.at_most))
        .collect();
    assert_eq!(
        lags,
        [
            (true, true, 0, MILLISECOND),
            (false, true, 7 * MILLISECOND, 9 * MILLISECOND)
        ]
    );
    // Where nobody asked in time, nothing is known.
    history.checks = vec![check(1, at(1_001), 401)];
    assert_eq!(judge(&history).unseen_lags, 2);
}

#[test]
fn a_rule_is_reported_once_for_each_node_and_told_in_a_few_lines() {
    let mut history = history(Kind::Session);
    history.ends.push(end());
    for second in 13..20 {
        history.checks.push(check(1, second * SECOND, 200));
    }
    let verdict = judge(&history);
    assert_eq!(verdict.violations.len(), 1);
    assert_eq!(verdict.violations[0].times, 7);
    let story = tell(&history, &verdict.violations[0]);
    assert!(story.contains("end by sign-out at node 0"), "{story}");
    assert!(story.contains("200 at 13001.000 ms  <-- here"), "{story}");
    assert!(story.lines().count() < 12, "{story}");
}
