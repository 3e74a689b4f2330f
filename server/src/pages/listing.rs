//! What all lists have in common: reading what was asked for, and the addresses of the pages around.

use std::time::Duration;

use latchkey_app::page::listing::{Asked, CURSOR, ListLinks, SORT};
use latchkey_authority::{
    Authority,
    page::{OrderTag, Period, Position, Window},
};
use latchkey_identity::account;
use latchkey_types::{UnixMillis, UserId, Word};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use time::{
    Date, OffsetDateTime,
    format_description::{StaticFormatDescription, well_known::Rfc3339},
    macros::format_description,
};

use super::admin_sessions::USERS_LIMIT;
use crate::failure::Failure;

/// The lists, as cursors tell them apart.
pub(crate) const SESSIONS: u8 = 1;
pub(crate) const FAMILIES: u8 = 2;
pub(crate) const USERS: u8 = 3;
pub(crate) const AUDIT: u8 = 4;
pub(crate) const THREATS: u8 = 5;

const DAY: StaticFormatDescription = format_description!("[year]-[month]-[day]");
const ONE_DAY: Duration = Duration::from_hours(24);

/// The values of a query by their names, as they came.
pub(crate) type Fields<'a> = Vec<(&'static str, &'a str)>;

/// What is wrong with a query, by the names of its fields.
#[derive(Debug, Default)]
pub(crate) struct Wrong(Vec<(&'static str, String)>);

impl Wrong {
    fn say(&mut self, name: &'static str, text: impl ToString) {
        self.0.push((name, text.to_string()));
    }

    /// A word of a closed set; an empty one is none.
    pub(crate) fn word<W: Word>(&mut self, name: &'static str, text: &str) -> Option<W> {
        let parsed = (!text.is_empty()).then(|| W::parse(text))?;
        parsed.map_err(|error| self.say(name, error)).ok()
    }

    /// Anything else that `read` understands; an empty text is none.
    pub(crate) fn known<T>(
        &mut self,
        name: &'static str,
        text: &str,
        read: impl FnOnce() -> Result<T, String>,
    ) -> Option<T> {
        let found = (!text.is_empty()).then(read)?;
        found.map_err(|error| self.say(name, error)).ok()
    }

    /// An id; an empty one is none.
    pub(crate) fn id<I: std::str::FromStr>(&mut self, name: &'static str, text: &str) -> Option<I> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.say(name, "expected an id: a UUID");
        }
        parsed
    }

    /// Whoever is meant by a text; an empty one means nobody in particular.
    pub(crate) async fn users(
        &mut self,
        authority: &Authority,
        text: &str,
    ) -> Result<Option<Vec<UserId>>, Failure> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        Ok(Some(account::find_ids(authority, text, USERS_LIMIT).await?))
    }

    /// A span of time.
    pub(crate) fn period(&mut self, from: &str, to: &str) -> Period {
        let period = Period {
            from: self.instant("from", from, Duration::ZERO),
            // A day that ends a period belongs to it.
            to: self.instant("to", to, ONE_DAY),
        };
        if let (Some(from), Some(to)) = (period.from, period.to)
            && to <= from
        {
            self.say("to", "lies before the beginning");
        }
        period
    }

    fn instant(
        &mut self,
        name: &'static str,
        text: &str,
        length_of_day: Duration,
    ) -> Option<UnixMillis> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let found = Date::parse(text, DAY)
            .ok()
            .map(|day| millis(day.midnight().assume_utc()).after(length_of_day))
            .or_else(|| OffsetDateTime::parse(text, &Rfc3339).ok().map(millis));
        if found.is_none() {
            self.say(
                name,
                "expected a day (2026-01-31) or an instant (2026-01-31T10:00:00Z)",
            );
        }
        found
    }

    /// Where the page is.
    fn position(&mut self, text: &str, order: OrderTag) -> Position {
        Position::parse(text, order).unwrap_or_else(|error| {
            self.say(CURSOR, error);
            Position::First
        })
    }
}

fn millis(at: OffsetDateTime) -> UnixMillis {
    UnixMillis(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
}

/// A query that was read, with what is wrong with it.
#[derive(Debug)]
pub(crate) struct Read<F, S> {
    /// The filter, without what is wrong.
    pub(crate) filter: F,
    /// The order.
    pub(crate) sort: S,
    /// Where the page is.
    pub(crate) position: Position,
    wrong: Wrong,
    order: OrderTag,
}

impl<F, S: Word> Read<F, S> {
    /// Adds the order and the position to a filter; `usual` is the order where none is asked for.
    pub(crate) fn new(
        filter: F,
        mut wrong: Wrong,
        list: u8,
        (sort, usual): (&str, S),
        cursor: &str,
    ) -> Self {
        let sort = wrong.word(SORT, sort).unwrap_or(usual);
        let order = OrderTag::of(list, sort);
        Self {
            filter,
            sort,
            position: wrong.position(cursor, order),
            wrong,
            order,
        }
    }

    /// The same if all of it makes sense.
    ///
    /// # Errors
    /// [`Failure::BadRequest`] names the field and what was expected.
    pub(crate) fn strict(self) -> Result<Self, Failure> {
        match self.wrong.0.first() {
            None => Ok(self),
            Some((name, error)) => Err(Failure::BadRequest(format!("{name}: {error}"))),
        }
    }

    /// Whether some of it makes no sense: then the page shows what, and nothing else.
    pub(crate) fn is_wrong(&self) -> bool {
        !self.wrong.0.is_empty()
    }

    /// The address of a page at another position, for programs.
    pub(crate) fn encode(&self, position: Option<Position>) -> Option<String> {
        position.and_then(|position| position.encode(self.order))
    }

    /// What a page shows of the query. Where somebody was asked for and nobody found, it says so.
    pub(crate) fn asked(&self, fields: &Fields<'_>, found: &[(&'static str, bool)]) -> Asked {
        let mut asked = fields.iter().fold(Asked::new(), |asked, (name, value)| {
            asked.with(name, *value)
        });
        for (name, is_found) in found {
            if !is_found {
                asked = asked.wrong(name, "No user has a name or an address that begins so.");
            }
        }
        self.wrong.0.iter().fold(asked, |asked, (name, error)| {
            asked.wrong(name, error.as_str())
        })
    }

    /// The ways on from a page.
    pub(crate) fn links<T>(
        &self,
        path: &str,
        fields: &Fields<'_>,
        window: &Window<T>,
        is_exportable: bool,
    ) -> ListLinks {
        let at = |position: Position| address(path, fields, position.encode(self.order).as_deref());
        ListLinks {
            first: (self.position != Position::First || self.is_wrong())
                .then(|| at(Position::First)),
            previous: window.previous.map(at),
            next: window.next.map(at),
            last: window.next.map(|_| at(Position::Last)),
            exports: if is_exportable && !self.is_wrong() {
                vec![
                    (
                        "Export CSV",
                        address(&format!("{path}/export.csv"), fields, None),
                    ),
                    (
                        "JSON lines",
                        address(&format!("{path}/export.jsonl"), fields, None),
                    ),
                ]
            } else {
                Vec::new()
            },
        }
    }
}

/// A page of a list that was not asked for in a way that makes sense.
pub(crate) fn nothing<T>() -> Window<T> {
    Window {
        items: Vec::new(),
        previous: None,
        next: None,
    }
}

/// Whether users that were asked for were found.
pub(crate) fn found(users: Option<&Vec<UserId>>) -> bool {
    users.is_none_or(|users| !users.is_empty())
}

/// The address of a page of a list, with its filter.
pub(crate) fn address(path: &str, fields: &Fields<'_>, cursor: Option<&str>) -> String {
    let mut query: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    query.extend(cursor.map(|cursor| format!("cursor={cursor}")));
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Result<Period, Vec<&'static str>> {
        let mut wrong = Wrong::default();
        let period = wrong.period(from, to);
        if wrong.0.is_empty() {
            Ok(period)
        } else {
            Err(wrong.0.iter().map(|(name, _)| *name).collect())
        }
    }

    #[test]
    fn a_period_is_of_days_or_of_instants_and_its_last_day_belongs_to_it() {
        let day = 86_400_000;
        let first = 1_767_225_600_000;
        for (from, to, expected) in [
            ("", "", (None, None)),
            ("2026-01-01", "", (Some(first), None)),
            (
                " 2026-01-01 ",
                "2026-01-01",
                (Some(first), Some(first + day)),
            ),
            (
                "2026-01-01T01:00:00+01:00",
                "2026-01-01T00:00:00.001Z",
                (Some(first), Some(first + 1)),
            ),
        ] {
            let found = period(from, to).unwrap();
            let found = (found.from.map(|at| at.0), found.to.map(|at| at.0));
            assert_eq!(found, expected, "{from} to {to}");
        }
        for (from, to, wrong) in [
            ("yesterday", "", vec!["from"]),
            ("2026-02-30", "2026-13-01", vec!["from", "to"]),
            ("", "2026-01-01T00:00:00", vec!["to"]),
            ("2026-01-02", "2026-01-01", vec!["to"]),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", vec!["to"]),
            ("9999999-01-01", "", vec!["from"]),
        ] {
            assert_eq!(period(from, to), Err(wrong), "{from} to {to}");
        }
    }
}
