//! The figures and the findings, as Markdown.

mod figures;

use std::{collections::BTreeMap, fmt::Write as _};

use figures::{Spread, millis};

use crate::{
    clock::{Nanos, SECOND},
    history::{Asked, Check, Fault, History},
    judge::{Lag, Rule, Verdict, tell},
};

/// So many violations of each rule are told in full.
const STORIES: usize = 2;

/// Everything there is to say.
pub(crate) fn report(history: &History, verdict: &Verdict) -> String {
    let mut out = String::new();
    head(&mut out, history);
    lags(&mut out, verdict);
    nodes(&mut out, history);
    faults(&mut out, history, verdict);
    findings(&mut out, history, verdict);
    out
}

fn head(out: &mut String, history: &History) {
    let setting = &history.setting;
    let last = history.checks.iter().map(|check| check.received).max();
    let acknowledged = history.ends.iter().filter(|end| end.acknowledged).count();
    let _ = writeln!(
        out,
        "{} nodes, {} s, seed {}; {} requests on {} credentials, of which {} ended ({} without \
         acknowledgement). {}.\n",
        setting.nodes,
        last.unwrap_or_default() / SECOND,
        setting.seed,
        history.checks.len(),
        history.issues.len(),
        acknowledged,
        history.ends.len() - acknowledged,
        setting.conditions,
    );
}

/// How long after its acknowledgement an end was felt.
fn lags(out: &mut String, verdict: &Verdict) {
    let _ = writeln!(
        out,
        "| End, as other nodes felt it | Samples | p50 | p99 | max | probes were apart: p50 | p99 |\n\
         | --- | --- | --- | --- | --- | --- | --- |"
    );
    let mut row = |name: &str, lags: &[&Lag]| {
        let felt = Spread::of(lags.iter().map(|lag| lag.at_most));
        let apart = Spread::of(lags.iter().map(|lag| lag.at_most - lag.seen));
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {} |",
            lags.len(),
            millis(felt.p50),
            millis(felt.p99),
            millis(felt.max),
            millis(apart.p50),
            millis(apart.p99),
        );
    };
    let others = || verdict.lags.iter().filter(|lag| !lag.is_own);
    let mut roads: BTreeMap<String, Vec<&Lag>> = BTreeMap::new();
    for lag in others().filter(|lag| lag.near.is_none()) {
        let name = format!("{}, {}", lag.kind.name(), lag.road);
        roads.entry(name).or_default().push(lag);
    }
    for (name, lags) in &roads {
        row(name, lags);
    }
    let calm: Vec<_> = roads.values().flatten().copied().collect();
    row("**all, nothing wrong**", &calm);
    let mut near: BTreeMap<&str, Vec<&Lag>> = BTreeMap::new();
    for lag in others() {
        if let Some(fault) = &lag.near {
            near.entry(fault).or_default().push(lag);
        }
    }
    for (fault, lags) in &near {
        row(&format!("all, near: {fault}"), lags);
    }
    let own: Vec<_> = verdict.lags.iter().filter(|lag| lag.is_own).collect();
    row("at the node that acknowledged", &own);
    let took = Spread::of(own.iter().map(|lag| lag.took));
    let _ = writeln!(
        out,
        "\nEach figure is the time from the acknowledgement to the first request after the last \
         one that was accepted: the truth is less, by no more than the probes were apart. {} samples are \
         missing, because nobody asked within a second. An end took {} until it was acknowledged (p50; p99 \
         {}, max {}).\n",
        verdict.unseen_lags,
        millis(took.p50),
        millis(took.p99),
        millis(took.max),
    );
}

fn nodes(out: &mut String, history: &History) {
    let _ = writeln!(
        out,
        "| Node | Checks a second | p50 | p99 | max | 503 | no reply |\n\
         | --- | --- | --- | --- | --- | --- | --- |"
    );
    for node in 0..history.setting.nodes {
        let checks: Vec<&Check> = history
            .checks
            .iter()
            .filter(|check| check.node == node && check.asked == Asked::Read)
            .collect();
        let first = checks.iter().map(|check| check.sent).min();
        let last = checks.iter().map(|check| check.received).max();
        let span = last.unwrap_or_default() - first.unwrap_or_default();
        let took = Spread::of(checks.iter().map(|check| check.received - check.sent));
        let with = |status| checks.iter().filter(|check| check.status == status).count();
        let _ = writeln!(
            out,
            "| {node} | {} | {} | {} | {} | {} | {} |",
            (checks.len() as u64 * SECOND)
                .checked_div(span)
                .unwrap_or_default(),
            millis(took.p50),
            millis(took.p99),
            millis(took.max),
            with(503),
            with(0),
        );
    }
}

/// What was done to nodes and database, and how long it was felt.
fn faults(out: &mut String, history: &History, verdict: &Verdict) {
    if history.faults.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n| Fault | Times | lasted, at most | checks not answered | answered again after, at most |\n\
         | --- | --- | --- | --- | --- |"
    );
    let mut kinds: BTreeMap<&str, Vec<&Fault>> = BTreeMap::new();
    for fault in history.faults.iter().filter(|fault| !fault.deafens) {
        kinds.entry(&fault.name).or_default().push(fault);
    }
    for (name, faults) in kinds {
        let lasted = faults.iter().map(|fault| fault.until - fault.from).max();
        let felt: Vec<_> = faults
            .iter()
            .map(|fault| unanswered(history, fault))
            .collect();
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} |",
            faults.len(),
            millis(lasted.unwrap_or_default()),
            felt.iter().map(|(count, _)| count).sum::<usize>(),
            millis(
                felt.iter()
                    .map(|(_, after)| *after)
                    .max()
                    .unwrap_or_default()
            ),
        );
    }
    let _ = writeln!(
        out,
        "\n{} requests were not answered and had a fault as excuse.",
        verdict.excused
    );
}

/// How many checks a fault left unanswered, and how long after it the last of them was sent.
fn unanswered(history: &History, fault: &Fault) -> (usize, Nanos) {
    let until = fault.until + history.setting.recovery;
    let mut count = 0;
    let mut after = 0;
    for check in &history.checks {
        let is_near = check.received > fault.from && check.sent < until;
        if is_near && fault.is_at(check.node) && matches!(check.status, 0 | 503) {
            count += 1;
            after = after.max(check.sent.saturating_sub(fault.until));
        }
    }
    (count, after)
}

fn findings(out: &mut String, history: &History, verdict: &Verdict) {
    if history.settled.is_none() {
        let _ = writeln!(
            out,
            "\nThe run was broken off: nobody was asked at the end."
        );
    }
    if verdict.violations.is_empty() {
        let _ = writeln!(out, "\nNo rule was broken.");
        return;
    }
    let _ = writeln!(
        out,
        "\n{} violations of the rules:\n",
        verdict.violations.len()
    );
    for rule in Rule::ALL {
        let broken: Vec<_> = verdict
            .violations
            .iter()
            .filter(|violation| violation.rule == rule)
            .collect();
        if broken.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "BROKEN {}: {} ({} credentials and nodes)\n",
            rule.name(),
            rule.text(),
            broken.len()
        );
        for violation in broken.iter().take(STORIES) {
            let _ = writeln!(out, "{}", tell(history, violation));
        }
    }
}
