//! A history as a file: JSON, one line each, so that somebody else's judge can read it too.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use crate::{
    clock::Nanos,
    history::{Check, End, Fault, History, Issue, Setting},
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Setting(Setting),
    Issue(Issue),
    Check(Check),
    End(End),
    Fault(Fault),
    Settled(Nanos),
}

/// Writes a history.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write(history: &History, path: &Path) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
    let mut out = BufWriter::new(file);
    let lines = std::iter::once(Line::Setting(history.setting.clone()))
        .chain(history.issues.iter().cloned().map(Line::Issue))
        .chain(history.faults.iter().cloned().map(Line::Fault))
        .chain(history.ends.iter().cloned().map(Line::End))
        .chain(history.checks.iter().copied().map(Line::Check))
        .chain(history.settled.map(Line::Settled));
    for line in lines {
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
    }
    out.flush()
        .with_context(|| format!("writing {}", path.display()))
}

/// Reads one.
///
/// # Errors
/// When the file cannot be read, or a line is none of a history.
pub(crate) fn read(path: &Path) -> anyhow::Result<History> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut history: Option<History> = None;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("line {} of {}", number + 1, path.display());
        let line = serde_json::from_str(&line.with_context(place)?).with_context(place)?;
        match (&mut history, line) {
            (None, Line::Setting(setting)) => history = Some(History::new(setting)),
            (Some(history), Line::Issue(issue)) => history.issues.push(issue),
            (Some(history), Line::Check(check)) => history.checks.push(check),
            (Some(history), Line::End(end)) => history.ends.push(end),
            (Some(history), Line::Fault(fault)) => history.faults.push(fault),
            (Some(history), Line::Settled(at)) => history.settled = Some(at),
            (None, _) | (Some(_), Line::Setting(_)) => {
                bail!(
                    "{}: a history begins with its setting, and has one",
                    place()
                )
            }
        }
    }
    let history = history.with_context(|| format!("{} is empty", path.display()))?;
    let mut expected = 0;
    for issue in &history.issues {
        if issue.credential != expected {
            bail!("credential {expected} is missing from {}", path.display());
        }
        expected += 1;
    }
    let is_known = |credential| credential < expected;
    if !history
        .checks
        .iter()
        .all(|check| is_known(check.credential))
        || !history.ends.iter().all(|end| is_known(end.credential))
    {
        bail!(
            "{} names a credential that it does not have",
            path.display()
        );
    }
    Ok(history)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Asked, Kind};

    #[test]
    fn what_was_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let mut history = History::new(Setting {
            nodes: 3,
            bound: 2,
            recovery: 5,
            seed: 7,
            conditions: String::new(),
        });
        history.issues.push(Issue {
            credential: 0,
            kind: Kind::Family,
            user: "ann".to_owned(),
            node: 1,
            valid_from: 9,
        });
        history.checks.push(Check {
            sent: 10,
            received: 11,
            credential: 0,
            status: 503,
            node: 2,
            asked: Asked::Mint,
            retry_after: true,
        });
        history.ends.push(End {
            credential: 0,
            road: "sign-out".to_owned(),
            node: Some(0),
            sent: 12,
            received: 13,
            acknowledged: true,
        });
        history.faults.push(Fault {
            name: "killed".to_owned(),
            node: None,
            from: 1,
            until: 2,
            excuses: true,
            deafens: false,
        });
        history.settled = Some(20);
        write(&history, &path).unwrap();
        assert_eq!(read(&path).unwrap(), history);
        std::fs::write(&path, "{\"settled\":1}\n").unwrap();
        assert!(read(&path).is_err());
    }
}
