//! A violation in a few lines.

use super::Violation;
use crate::{
    clock::{MILLISECOND, Nanos},
    history::{Asked, Check, History},
};

/// Beyond any instant of a run.
const NEVER: Nanos = Nanos::MAX / 2;

/// So many requests are told of.
const CHECKS: usize = 6;

fn time(at: Nanos) -> String {
    let micros = at / (MILLISECOND / 1_000);
    format!("{:>10}.{:03} ms", micros / 1_000, micros % 1_000)
}

fn line(check: &Check) -> String {
    let what = match check.asked {
        Asked::Read => "check",
        Asked::Mint => "change",
    };
    let status = match check.status {
        0 => "no reply".to_owned(),
        status => status.to_string(),
    };
    format!(
        "{}  {what} at node {}: {status} at {}",
        time(check.sent),
        check.node,
        time(check.received).trim_start(),
    )
}

/// What happened around a violation, in the order of the instants at which it was sent.
pub(crate) fn tell(history: &History, violation: &Violation) -> String {
    let Some(issue) = usize::try_from(violation.credential)
        .ok()
        .and_then(|number| history.issues.get(number))
    else {
        return String::new();
    };
    let mut lines = Vec::new();
    // What ends as soon as it is issued is never promised to be good.
    if issue.valid_from < NEVER {
        let text = format!(
            "{}  good from here on, by node {}",
            time(issue.valid_from),
            issue.node
        );
        lines.push((issue.valid_from, text));
    }
    for end in &history.ends {
        if end.credential != violation.credential {
            continue;
        }
        let node = match end.node {
            Some(node) => format!("node {node}"),
            None => "the database".to_owned(),
        };
        let outcome = if end.acknowledged {
            "acknowledged"
        } else {
            "not acknowledged"
        };
        let text = format!(
            "{}  end by {} at {node}: {outcome} at {}",
            time(end.sent),
            end.road,
            time(end.received).trim_start()
        );
        lines.push((end.sent, text));
    }
    let mut checks: Vec<_> = history
        .checks
        .iter()
        .filter(|check| check.credential == violation.credential && check.node == violation.node)
        .collect();
    checks.sort_unstable_by_key(|check| check.sent);
    let shown = match violation.check {
        Some(offending) => checks.partition_point(|check| check.sent < offending.sent),
        None => checks.len(),
    };
    for check in checks
        .iter()
        .skip(shown.saturating_sub(CHECKS / 2))
        .take(CHECKS)
    {
        let mark = if violation.check == Some(**check) {
            "  <-- here"
        } else {
            ""
        };
        lines.push((check.sent, format!("{}{mark}", line(check))));
    }
    for fault in &history.faults {
        let near = violation.check.map_or(fault.until, |check| check.sent);
        if fault.is_at(violation.node)
            && fault.from <= near
            && near <= fault.until + history.setting.recovery
        {
            let text = format!(
                "{}  {} until {}",
                time(fault.from),
                fault.name,
                time(fault.until).trim_start()
            );
            lines.push((fault.from, text));
        }
    }
    lines.sort_by_key(|(at, _)| *at);
    let mut text = format!(
        "{}: {}: {} {} of {} at node {} ({} time{})\n",
        violation.rule.name(),
        violation.rule.text(),
        issue.kind.name(),
        issue.credential,
        issue.user,
        violation.node,
        violation.times,
        if violation.times == 1 { "" } else { "s" },
    );
    for (_, line) in lines {
        text.push_str("    ");
        text.push_str(&line);
        text.push('\n');
    }
    text
}
