//! The judge: what a history says about the claim. It knows nothing of how the history came about,
//! and reads no clock.

mod lag;
mod rule;
mod story;
#[cfg(test)]
mod tests;
mod windows;

pub(crate) use lag::Lag;
pub(crate) use rule::{Rule, Violation};
pub(crate) use story::tell;

use crate::{
    clock::Nanos,
    history::{Asked, Check, Credential, End, History, Issue, Kind},
    judge::windows::Windows,
};

/// What the judge found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Each rule that was broken on each credential at each node, once.
    pub(crate) violations: Vec<Violation>,
    /// How long each acknowledged end took to be felt at each node.
    pub(crate) lags: Vec<Lag>,
    /// Where no request told how long it took.
    pub(crate) unseen_lags: usize,
    /// Requests that a node could not answer, with a fault as excuse.
    pub(crate) excused: usize,
}

/// Everything about one credential.
struct Case<'a> {
    history: &'a History,
    windows: &'a Windows,
    issue: &'a Issue,
    ends: &'a [End],
    /// In the order in which they were sent.
    checks: &'a [Check],
    /// When it was first known from a refusal that it had ended.
    refused_at: Option<Nanos>,
}

/// Judges a history.
pub(crate) fn judge(history: &History) -> Verdict {
    let windows = Windows::of(history);
    let mut checks = history.checks.clone();
    checks.sort_unstable_by_key(|check| (check.credential, check.sent));
    let mut ends = history.ends.clone();
    ends.sort_by_key(|end| (end.credential, end.received));
    let mut verdict = Verdict::default();
    let (mut checks, mut ends) = (checks.as_slice(), ends.as_slice());
    for issue in &history.issues {
        let ends = take(&mut ends, issue.credential, |end| end.credential);
        let checks = take(&mut checks, issue.credential, |check| check.credential);
        let case = Case {
            history,
            windows: &windows,
            issue,
            ends,
            checks,
            refused_at: refused_at(issue, ends, checks),
        };
        case.judge(&mut verdict);
    }
    verdict
}

/// Splits what belongs to a credential off the front.
fn take<'a, T>(
    rest: &mut &'a [T],
    credential: Credential,
    of: impl Fn(&T) -> Credential,
) -> &'a [T] {
    let (front, back) = rest.split_at(rest.partition_point(|item| of(item) <= credential));
    *rest = back;
    front
}

/// An end that was asked for and not acknowledged may have been done all the same: the first refusal
/// after it was asked for shows that it was, and then it is done for good. What was not sure to be
/// good before shows nothing.
fn refused_at(issue: &Issue, ends: &[End], checks: &[Check]) -> Option<Nanos> {
    let asked = ends.iter().map(|end| end.sent).min()?;
    checks
        .iter()
        .filter(|check| check.is_refused(issue.kind) && check.sent >= issue.valid_from)
        .filter(|check| check.received > asked)
        .map(|check| check.received)
        .min()
}

impl Check {
    pub(crate) fn is_accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the reply says that the credential is no good.
    fn is_refused(&self, kind: Kind) -> bool {
        self.status == if kind == Kind::Right { 403 } else { 401 }
    }
}

impl Case<'_> {
    fn judge(&self, verdict: &mut Verdict) {
        for check in self.checks {
            if let Some(rule) = self.broken_by(check, verdict) {
                self.report(rule, check.node, Some(*check), verdict);
            }
        }
        if let Some(end) = self.acknowledged() {
            for node in 0..self.history.setting.nodes {
                match self.lag(end, node) {
                    Some(lag) => verdict.lags.push(lag),
                    None => verdict.unseen_lags += 1,
                }
            }
        }
        self.look_for_gaps(verdict);
    }

    /// The first acknowledgement of an end.
    fn acknowledged(&self) -> Option<&End> {
        self.ends.iter().find(|end| end.acknowledged)
    }

    /// The rule that a request and its reply break.
    fn broken_by(&self, check: &Check, verdict: &mut Verdict) -> Option<Rule> {
        if check.is_accepted() {
            return self.broken_by_acceptance(check);
        }
        if check.is_refused(self.issue.kind) {
            return self.is_valid_for(check).then_some(Rule::Refused);
        }
        let is_excused = self.windows.excuse(check);
        match check.status {
            503 if !check.retry_after => Some(Rule::NoRetryAfter),
            0 | 503 if is_excused => {
                verdict.excused += 1;
                None
            }
            0 | 503 => Some(Rule::Unavailable),
            // What asks for a change may fail with its transaction; a check may not.
            500.. if is_excused && check.asked == Asked::Mint => {
                verdict.excused += 1;
                None
            }
            _ => Some(Rule::Unexpected),
        }
    }

    fn broken_by_acceptance(&self, check: &Check) -> Option<Rule> {
        if self.issue.kind == Kind::Forged {
            return Some(Rule::NeverIssued);
        }
        let bound = self.history.setting.bound;
        for end in self.ends.iter().filter(|end| end.acknowledged) {
            if check.sent <= end.received {
                continue;
            }
            if check.asked == Asked::Mint {
                return Some(Rule::Minted);
            }
            if end.node == Some(check.node) {
                return Some(Rule::OwnNode);
            }
            if check.sent > end.received + bound {
                return Some(Rule::Late);
            }
        }
        if let Some(refused) = self.refused_at
            && check.sent > refused + bound
        {
            return Some(Rule::TakenBack);
        }
        self.windows.is_deaf(check, bound).then_some(Rule::Deaf)
    }

    /// Whether it was good all the while that a request was on its way.
    fn is_valid_for(&self, check: &Check) -> bool {
        self.issue.kind != Kind::Forged
            && check.sent >= self.issue.valid_from
            && self.ends.iter().all(|end| check.received < end.sent)
    }

    /// What nobody asked proves nothing.
    fn look_for_gaps(&self, verdict: &mut Verdict) {
        let Some(settled) = self.history.settled else {
            return;
        };
        // A right that was lost may have been given again since, and then it is another one.
        if matches!(self.issue.kind, Kind::Forged | Kind::Right) {
            return;
        }
        for node in 0..self.history.setting.nodes {
            let mut last = self.checks.iter().filter(|check| {
                check.node == node && check.asked == Asked::Read && check.sent >= settled
            });
            let is_proved = if self.acknowledged().is_some() {
                last.any(|check| check.is_refused(self.issue.kind))
            } else if self.ends.is_empty() {
                last.any(Check::is_accepted)
            } else {
                // It may have ended or not: either answer is right.
                true
            };
            if !is_proved {
                self.report(Rule::Unproved, node, None, verdict);
            }
        }
    }

    /// Reports a rule once for each node, with its first breach.
    fn report(&self, rule: Rule, node: u8, check: Option<Check>, verdict: &mut Verdict) {
        let credential = self.issue.credential;
        // Those of one credential stand together, at the end.
        let known = verdict
            .violations
            .iter_mut()
            .rev()
            .take_while(|known| known.credential == credential)
            .find(|known| known.rule == rule && known.node == node);
        match known {
            Some(known) => known.times += 1,
            None => verdict.violations.push(Violation {
                rule,
                credential,
                node,
                check,
                times: 1,
            }),
        }
    }
}
