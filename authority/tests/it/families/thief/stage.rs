//! The rules in memory, fast enough for a hundred thousand days; and, where it is asked for, the
//! program beside them, which must answer the same.

use std::{collections::BTreeMap, sync::Arc};

use latchkey_testing::TestAuthority;
use latchkey_types::FamilyEndReason;

use crate::families::model::{
    Access, Answer, Machine, Millis, Presented, Real, Request, Rules, Token, Who, ask, fits,
};

/// One family at a time is looked at, and none of its rotations is older than the family.
const NODES: usize = 1;

pub(crate) struct Stage {
    machine: Machine,
    real: Option<Real>,
    refresh_texts: BTreeMap<Token, String>,
    access_texts: Vec<(Access, String)>,
}

impl Stage {
    pub(crate) fn in_memory() -> Self {
        Self {
            machine: Machine::new(Rules::default(), 0, 1, NODES),
            real: None,
            refresh_texts: BTreeMap::new(),
            access_texts: Vec::new(),
        }
    }

    pub(crate) async fn real(test: &Arc<TestAuthority>, seed: u64) -> Self {
        let rules = Rules::default();
        let real = Real::new(test, &rules, seed, 1, NODES).await;
        Self {
            machine: Machine::new(rules, real.now(), 1, NODES),
            real: Some(real),
            ..Self::in_memory()
        }
    }

    pub(crate) fn now(&self) -> Millis {
        self.machine.now
    }

    pub(crate) fn until(&mut self, at: Millis) {
        let millis = (at - self.machine.now).max(0);
        self.machine.now += millis;
        if let Some(real) = &self.real {
            real.advance(millis);
        }
    }

    pub(crate) async fn open(&mut self, who: Who) -> (Token, Access) {
        let answer = self.machine.open(0, who, (None, None));
        if let Some(real) = &mut self.real {
            let reply = real.open(0, 0, who, (None, None)).await;
            fits(&reply, &answer, &mut self.refresh_texts).unwrap();
            if let (Some(given), Answer::Given { access, .. }) = (reply.given(), &answer) {
                self.access_texts.push((*access, given.access.clone()));
            }
        }
        match answer {
            Answer::Given { token, access, .. } => (token, access),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn refresh(&mut self, token: Token, who: Who) -> Answer {
        let answer = self.machine.refresh(&presented(token, who));
        let request = |text| Request::Refresh {
            text,
            binding: (None, None),
        };
        self.same(token, who, &answer, request).await;
        answer
    }

    pub(crate) async fn verify(&mut self, token: Token, who: Who) -> Answer {
        let answer = self.machine.verify(&presented(token, who));
        let request = |text| Request::Verify {
            text,
            binding: (None, None),
        };
        self.same(token, who, &answer, request).await;
        answer
    }

    async fn same(
        &mut self,
        token: Token,
        who: Who,
        answer: &Answer,
        request: impl FnOnce(String) -> Request,
    ) {
        let Some(real) = &self.real else { return };
        let request = request(self.refresh_texts[&token].clone());
        let reply = ask(real.nodes[0].clone(), request, who).await;
        fits(&reply, answer, &mut self.refresh_texts).unwrap();
        if let (Some(given), Answer::Given { access, .. }) = (reply.given(), answer) {
            self.access_texts.push((*access, given.access.clone()));
        }
    }

    /// Shows an access token to one of our nodes.
    pub(crate) async fn check(&mut self, access: Access, who: Who) -> Answer {
        let answer = self.machine.check(&access, who, 0);
        if let Some(real) = &self.real {
            let of_it = |(known, _): &&(Access, String)| *known == access;
            let (_, text) = self.access_texts.iter().find(of_it).unwrap();
            let request = Request::Check { text: text.clone() };
            let reply = ask(real.nodes[0].clone(), request, who).await;
            fits(&reply, &answer, &mut self.refresh_texts).unwrap();
        }
        answer
    }

    /// Whether a refresh with this token would give anything now.
    pub(crate) fn is_worth_something(&self, token: Token, who: Who) -> bool {
        let mut machine = self.machine.clone();
        matches!(
            machine.refresh(&presented(token, who)),
            Answer::Given { .. }
        )
    }

    /// Incidents of the family so far.
    pub(crate) fn incidents(&self, family: usize) -> usize {
        self.machine
            .families
            .get(&family)
            .map_or(0, |family| family.incidents.len())
    }

    /// Of the family's last incident: how long after the rotation the token came.
    pub(crate) fn last_gap(&self, family: usize) -> Option<Millis> {
        let incident = self.machine.families.get(&family)?.incidents.last()?;
        Some(incident.gap)
    }

    /// Whether the family is over because a token was reused.
    pub(crate) fn has_ended_by_reuse(&self, family: usize) -> bool {
        let ended = self.machine.families.get(&family).and_then(|f| f.ended);
        ended.is_some_and(|(_, reason)| {
            matches!(
                reason,
                FamilyEndReason::Theft | FamilyEndReason::StaleCopy | FamilyEndReason::LostTimeline
            )
        })
    }

    /// Forgets a family: the next one is opened.
    pub(crate) fn forget(&mut self, family: usize) {
        self.machine.families.remove(&family);
        self.refresh_texts.clear();
        self.access_texts.clear();
    }
}

fn presented(token: Token, who: Who) -> Presented {
    Presented {
        token,
        who,
        binding: (None, None),
        node: 0,
    }
}
