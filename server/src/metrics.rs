//! What this node counts of itself, and how it is told to Prometheus.
//!
//! Rules that hold here:
//! - A request adds to numbers that are there from the start, without a lock: what is counted costs
//!   no check anything that could be measured.
//! - No label has a value that a client chose: paths are those of the route table, never what was
//!   asked for. So nobody can make many series, and nothing private stands in one.

mod histogram;
mod process;
mod text;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use http::{Method, StatusCode};

use self::histogram::Histogram;
pub(crate) use self::text::text;
use crate::routes::{Class, ROUTES};

/// Everything that is counted; the rest is read where it is when somebody asks.
#[derive(Debug)]
pub struct Metrics {
    /// Which row of the table a path and a method are.
    rows: HashMap<String, Vec<(Method, usize)>>,
    /// One for each row, and a last one for everything that is in none.
    routes: Vec<RouteCounters>,
    checks: [CheckCounters; CheckKind::ALL.len()],
    connections: AtomicUsize,
}

#[derive(Debug, Default)]
struct RouteCounters {
    /// By the first digit of the status.
    answers: [AtomicU64; 5],
    statements: Histogram,
}

#[derive(Debug, Default)]
struct CheckCounters {
    outcomes: [AtomicU64; CheckOutcome::ALL.len()],
    statements: Histogram,
}

/// What is looked at to say who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckKind {
    /// The cookie of a session.
    Session,
    /// An access token, in the header or in a cookie.
    Bearer,
}

impl CheckKind {
    const ALL: [Self; 2] = [Self::Session, Self::Bearer];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Bearer => "bearer",
        }
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckOutcome {
    /// Somebody may act.
    Live,
    /// Nobody may act through this.
    Refused,
    /// This node could not know, and let nobody in.
    Unknown,
}

impl CheckOutcome {
    const ALL: [Self; 3] = [Self::Live, Self::Refused, Self::Unknown];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// A row of the table, or that it is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row(usize);

/// Requests to one route, and the statements that they sent together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statements {
    /// Requests that were worked on.
    pub requests: u64,
    /// Statements that they sent to the database.
    pub statements: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut rows: HashMap<String, Vec<(Method, usize)>> = HashMap::new();
        for (number, route) in ROUTES.iter().enumerate() {
            let mut add = |path: String| {
                let row = (route.method.clone(), number);
                rows.entry(path).or_default().push(row);
            };
            add(route.path.to_owned());
            if route.class == Class::Auth {
                add(route.other_spelling());
            }
        }
        Self {
            rows,
            routes: (0..=ROUTES.len())
                .map(|_| RouteCounters::default())
                .collect(),
            checks: Default::default(),
            connections: AtomicUsize::new(0),
        }
    }
}

impl Metrics {
    /// Which row a request is for: by the path that the router matched, never by what was asked.
    pub(crate) fn row(&self, method: &Method, matched: Option<&str>) -> Row {
        // What answers HEAD answers GET.
        let method = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let found = matched
            .and_then(|path| self.rows.get(path))
            .and_then(|methods| methods.iter().find(|(known, _)| known == method));
        Row(found.map_or(ROUTES.len(), |(_, number)| *number))
    }

    /// A request was answered.
    pub(crate) fn answered(&self, row: Row, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.routes[row.0].answers[class].fetch_add(1, Ordering::Relaxed);
    }

    /// A request was worked on, which took so many statements.
    pub(crate) fn worked(&self, row: Row, statements: u64) {
        self.routes[row.0].statements.observe(statements);
    }

    /// Somebody was looked up, which took so many statements.
    pub(crate) fn checked(&self, kind: CheckKind, outcome: CheckOutcome, statements: u64) {
        let counters = &self.checks[kind as usize];
        counters.outcomes[outcome as usize].fetch_add(1, Ordering::Relaxed);
        counters.statements.observe(statements);
    }

    /// A connection was opened, or has ended.
    pub(crate) fn connected(&self, is_open: bool) {
        if is_open {
            self.connections.fetch_add(1, Ordering::Relaxed);
        } else {
            self.connections.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// What the requests to one route have sent to the database so far.
    pub fn statements(&self, method: &str, path: &str) -> Statements {
        let method = method.parse().unwrap_or_default();
        let Row(number) = self.row(&method, Some(path));
        let (requests, statements) = self.routes[number].statements.totals();
        Statements {
            requests,
            statements,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_a_row_of_its_own_and_everything_else_one_together() {
        let metrics = Metrics::default();
        for (number, route) in ROUTES.iter().enumerate() {
            let row = metrics.row(&route.method, Some(route.path));
            assert_eq!(row, Row(number), "{route:?}");
            if route.class == Class::Auth {
                assert_eq!(
                    metrics.row(&route.method, Some(&route.other_spelling())),
                    row
                );
            }
        }
        let other = Row(ROUTES.len());
        assert_eq!(metrics.row(&Method::GET, None), other);
        assert_eq!(metrics.row(&Method::TRACE, Some("/login")), other);
        let get = metrics.row(&Method::GET, Some("/login"));
        assert_eq!(metrics.row(&Method::HEAD, Some("/login")), get);
    }

    #[test]
    fn an_odd_status_is_counted_somewhere() {
        let metrics = Metrics::default();
        let row = metrics.row(&Method::GET, None);
        for status in [100, 200, 599, 999] {
            metrics.answered(row, StatusCode::from_u16(status).unwrap());
        }
        let answers = &metrics.routes[row.0].answers;
        let counted: Vec<_> = answers
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .collect();
        assert_eq!(counted, [1, 1, 0, 0, 2]);
    }
}
