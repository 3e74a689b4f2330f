//! What the state machine knows of a family, spelled as the program's rows are.

use latchkey_types::Word;

use super::{
    machine::{Machine, Who},
    real,
};

fn side(who: Who) -> String {
    let caller = real::caller(who);
    format!(
        "{} {} {} {}",
        caller.network(),
        caller.user_agent,
        caller.agent.browser,
        caller.agent.system
    )
}

impl Machine {
    /// Everything that is known of a family, a line for each row; nothing if there is none.
    pub(crate) fn portrait(&self, number: usize, rows: usize) -> Vec<String> {
        let Some(family) = self.families.get(&number) else {
            return Vec::new();
        };
        let mut lines = vec![format!(
            "generation {} expires {} ends {} ended {:?} foreign {}",
            family.generation,
            family.expires_at,
            family.ends_at,
            family.over(self.now).map(Word::as_str),
            family.foreign.map_or(0, |(_, times)| times),
        )];
        for (generation, made) in family.rotations.iter().rev().take(rows) {
            lines.push(format!(
                "rotation {generation} from {:?} {} at {} by {} retries {} superseded {}",
                made.from.map(|(generation, _)| generation),
                made.outcome.as_str(),
                made.at,
                side(made.who),
                made.retries,
                made.superseded,
            ));
            let received = made.received.filter(|_| family.over(self.now).is_none());
            if let Some((_, who)) = received {
                lines.push(format!("received {generation} by {}", side(who)));
            }
        }
        for incident in &family.incidents {
            lines.push(format!(
                "{} gap {} presented {} current {} rotated by {} replayed by {} sightings {}",
                incident.class.as_str(),
                incident.gap,
                incident.presented,
                incident.current,
                side(incident.rotated_by),
                side(incident.replayed_by),
                incident.sightings,
            ));
        }
        lines.sort();
        lines
    }
}
