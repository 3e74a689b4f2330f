//! What somebody wants to end: rows that they ticked, or all that the filter of a list matches; read
//! from a query, and said again in words.
//!
//! What is not understood is refused and never passed over: an order that loses a part of its filter
//! ends more than was asked for.

use axum::extract::Query as AxumQuery;
use http::Uri;
use latchkey_authority::{
    Authority, StoreError,
    bulk::{FamilyScope, Scope, ScopeError, SessionScope},
    page::Period,
};
use latchkey_types::{BulkTarget, FamilySort, SessionSort, UnixMillis, UserId, Word as _};
use serde::de::DeserializeOwned;

use super::{
    admin_families::FamiliesQuery,
    admin_sessions::{SessionsQuery, USERS_LIMIT},
    listing,
    names::Names,
};
use crate::{
    api::instant,
    failure::Failure,
    form::{LocalPath, field_names, no_nul},
};

/// So many users are named in words.
const NAMED: usize = 3;

/// A query is no longer than this: a thousand ids.
const LIMIT: usize = 48 * 1_024;

/// Fields that a page of a list adds to its filter, and those of a selection.
const BESIDE: [&str; 4] = ["id", "chosen", "all", "notice"];

/// Why a wish was not understood.
#[derive(Debug)]
pub(crate) enum WishError {
    /// Nothing was ticked.
    NothingChosen,
    /// Anything else.
    Failure(Failure),
}

impl From<Failure> for WishError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<ScopeError> for WishError {
    fn from(error: ScopeError) -> Self {
        match error {
            ScopeError::Nothing => Self::NothingChosen,
            ScopeError::Ended | ScopeError::TooMany => {
                Self::Failure(Failure::BadRequest(format!("{error}.")))
            }
        }
    }
}

/// What is wanted.
#[derive(Debug)]
pub(crate) struct Wish {
    /// As an order has it.
    pub(crate) scope: Scope,
    /// As the query had it, for the form that confirms.
    pub(crate) filter: String,
    /// The list with the same filter.
    pub(crate) back: String,
}

impl Wish {
    /// Reads a query: `id=…` for each row that was ticked, else the filter of the list. That
    /// everything is meant has to be said: `all=1`.
    pub(crate) async fn read(
        authority: &Authority,
        target: BulkTarget,
        query: &str,
    ) -> Result<Self, WishError> {
        if query.len() > LIMIT {
            return Err(Failure::TooLarge.into());
        }
        let names: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")).0)
            .collect();
        known(target, &names)?;
        let has = |name: &str| names.contains(&name);
        let path = list_of(target);
        if has("id") || has("chosen") {
            // Ids and a filter beside them: what was meant would be a guess.
            if names.iter().any(|name| !BESIDE.contains(name)) {
                return Err(Failure::BadRequest(
                    "id: give no filter beside what was chosen.".to_owned(),
                )
                .into());
            }
            return Ok(Self {
                scope: chosen(target, query)?,
                filter: query.to_owned(),
                back: path.to_owned(),
            });
        }
        let (scope, back) = match target {
            BulkTarget::Sessions => {
                let query: SessionsQuery = fields(query)?;
                let read = query.read(authority).await?.strict()?;
                enough(read.filter.users.as_deref())?;
                let is_by_sign_in = matches!(read.sort, SessionSort::Newest | SessionSort::Oldest);
                let is_of_ended = read.sort == SessionSort::Ended;
                by_sign_in(is_by_sign_in, is_of_ended, read.filter.period)?;
                let back = listing::address(path, &query.fields(), None);
                (Scope::sessions(read.filter)?, back)
            }
            BulkTarget::Families => {
                let query: FamiliesQuery = fields(query)?;
                let read = query.read(authority).await?.strict()?;
                enough(read.filter.users.as_deref())?;
                let is_by_sign_in = matches!(read.sort, FamilySort::Newest | FamilySort::Oldest);
                let is_of_ended = read.sort == FamilySort::Ended;
                by_sign_in(is_by_sign_in, is_of_ended, read.filter.period)?;
                let back = listing::address(path, &query.fields(), None);
                (Scope::families(read.filter)?, back)
            }
        };
        said_if_all(&scope, query.split('&').any(|pair| pair == "all=1"))?;
        Ok(Self {
            scope,
            filter: query.to_owned(),
            back,
        })
    }
}

/// Refuses a period of another time than that of the sign-in: who is used meanwhile must not slip
/// away, and what has ended cannot be ended.
fn by_sign_in(is_so: bool, is_of_ended: bool, period: Period) -> Result<(), Failure> {
    if is_of_ended {
        return Err(Failure::BadRequest(format!("{}.", ScopeError::Ended)));
    }
    if is_so || period == Period::default() {
        return Ok(());
    }
    Err(Failure::BadRequest(
        "from, to: an order counts them by the sign-in. Choose the order “newest” or “oldest”."
            .to_owned(),
    ))
}

/// Refuses an order about everything that does not say that it is one.
pub(crate) fn said_if_all(scope: &Scope, is_said: bool) -> Result<(), Failure> {
    if scope.is_all() && !is_said {
        return Err(Failure::BadRequest(
            "Say which: a filter, ids, or all.".to_owned(),
        ));
    }
    Ok(())
}

/// Refuses a beginning of a name that fits more users than a list looks at: an order about some of
/// them would look like one about all.
pub(crate) fn enough(users: Option<&[UserId]>) -> Result<(), Failure> {
    let most = usize::try_from(USERS_LIMIT).unwrap_or(usize::MAX);
    if users.is_some_and(|users| users.len() >= most) {
        return Err(Failure::BadRequest(format!(
            "user: {most} users or more have a name that begins so. Write more of it."
        )));
    }
    Ok(())
}

/// The list of a target.
pub(super) const fn list_of(target: BulkTarget) -> &'static str {
    match target {
        BulkTarget::Sessions => "/admin/sessions",
        BulkTarget::Families => "/admin/families",
    }
}

/// The page that asks before all end that a list shows, where that can be asked for: the list's own
/// address, led on.
pub(super) fn address_of_preview(target: BulkTarget, list: &str) -> Option<String> {
    let (path, query) = list.split_once('?').unwrap_or((list, ""));
    let path = LocalPath::parse(&format!("{path}/end"))?;
    let pairs = || query.split('&').filter(|pair| !pair.is_empty());
    let asks = |name: &str| pairs().any(|pair| pair.split('=').next() == Some(name));
    let is_over = pairs().any(|pair| matches!(pair, "state=ended" | "sort=ended"))
        || asks("reason")
        || asks("by")
        || (pairs().any(|pair| pair == "sort=last_used") && (asks("from") || asks("to")));
    let narrows = pairs().any(|pair| pair != "state=live" && !pair.starts_with("sort="));
    debug_assert!(path.as_str().starts_with(list_of(target)));
    (!is_over).then(|| match (narrows, query) {
        (true, query) => format!("{}?{query}", path.as_str()),
        (false, _) => format!("{}?all=1", path.as_str()),
    })
}

fn known(target: BulkTarget, names: &[&str]) -> Result<(), Failure> {
    let of_list = match target {
        BulkTarget::Sessions => field_names::<SessionsQuery>(),
        BulkTarget::Families => field_names::<FamiliesQuery>(),
    };
    let stranger = names
        .iter()
        .find(|name| !of_list.contains(name) && !BESIDE.contains(name));
    match stranger {
        None => Ok(()),
        Some(name) => {
            let name: String = name.chars().take(32).collect();
            Err(Failure::BadRequest(format!("{name}: not a known filter")))
        }
    }
}

fn fields<T: DeserializeOwned>(query: &str) -> Result<T, Failure> {
    no_nul(query)?;
    let unreadable = || Failure::BadRequest("the query does not parse".to_owned());
    let uri: Uri = format!("/?{query}").parse().map_err(|_| unreadable())?;
    let AxumQuery(fields) = AxumQuery::<T>::try_from_uri(&uri).map_err(|_| unreadable())?;
    Ok(fields)
}

fn chosen(target: BulkTarget, query: &str) -> Result<Scope, WishError> {
    let texts = query.split('&').filter_map(|pair| pair.strip_prefix("id="));
    Ok(match target {
        BulkTarget::Sessions => Scope::these_sessions(ids(texts)?)?,
        BulkTarget::Families => Scope::these_families(ids(texts)?)?,
    })
}

fn ids<'a, T: std::str::FromStr>(texts: impl Iterator<Item = &'a str>) -> Result<Vec<T>, Failure> {
    texts
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| Failure::BadRequest("id: not an id".to_owned()))
}

/// What a scope means, for people: `Sessions of ann and ben, from 192.0.2.1`. `None` stands for what
/// another release wrote.
pub(crate) fn words(target: BulkTarget, scope: Option<&Scope>, names: &Names) -> String {
    let what = match target {
        BulkTarget::Sessions => "sessions",
        BulkTarget::Families => "API sign-ins",
    };
    let mut parts = Vec::new();
    let mut chosen = None;
    match scope {
        None => return format!("Some {what}, by a filter of another release"),
        Some(Scope::Sessions(SessionScope {
            users,
            address,
            used_from,
            network,
            browser,
            system,
            device,
            method,
            from,
            to,
            ids,
        })) => {
            parts.extend(users.as_deref().map(|users| of_users(users, names)));
            parts.extend(address.as_ref().map(|address| format!("from {address}")));
            parts.extend(used_from.as_deref().map(last_used));
            parts.extend(
                network
                    .as_ref()
                    .map(|network| format!("in the network {network}")),
            );
            parts.extend(browser.as_ref().map(|browser| format!("with {browser}")));
            parts.extend(system.as_ref().map(|system| format!("on {system}")));
            parts.extend(device.as_ref().map(|device| format!("on a {device}")));
            parts.extend(method.map(|method| format!("signed in by “{}”", method.label())));
            parts.extend(between(*from, *to));
            if used_from.is_none() {
                chosen = ids.as_ref().map(Vec::len);
            }
        }
        Some(Scope::Families(FamilyScope {
            users,
            address,
            used_from,
            device,
            last_event,
            from,
            to,
            ids,
        })) => {
            parts.extend(users.as_deref().map(|users| of_users(users, names)));
            parts.extend(address.as_ref().map(|address| format!("from {address}")));
            parts.extend(used_from.as_deref().map(last_used));
            parts.extend(device.as_ref().map(|device| format!("on a {device}")));
            parts.extend(last_event.map(|event| {
                // The ids are what that meant when the order was given.
                format!("whose last event was “{}”", event.label())
            }));
            parts.extend(between(*from, *to));
            if last_event.is_none() && used_from.is_none() {
                chosen = ids.as_ref().map(Vec::len);
            }
        }
    }
    match (chosen, parts.is_empty()) {
        (Some(1), _) => format!("One chosen from the list of {what}"),
        (Some(chosen), _) => format!("{chosen} chosen from the list of {what}"),
        (None, true) => format!("All {what}"),
        (None, false) => {
            let mut letters = what.chars();
            let first: String = letters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .collect();
            format!("{first}{} {}", letters.as_str(), parts.join(", "))
        }
    }
}

/// Where somebody was, in words. The ids are what that meant when the order was given.
fn last_used(address: &str) -> String {
    format!("opened or last used from {address}")
}

/// A period of sign-ins, in words.
fn between(from: Option<UnixMillis>, to: Option<UnixMillis>) -> Option<String> {
    match (from.map(instant), to.map(instant)) {
        (None, None) => None,
        (Some(from), None) => Some(format!("signed in since {from}")),
        (None, Some(to)) => Some(format!("signed in before {to}")),
        (Some(from), Some(to)) => Some(format!("signed in from {from} until {to}")),
    }
}

fn of_users(users: &[UserId], names: &Names) -> String {
    let mut shown: Vec<String> = users
        .iter()
        .take(NAMED)
        .map(|user| names.link(*user).name)
        .collect();
    match users.len().saturating_sub(NAMED) {
        0 => {}
        1 => shown.push("one other".to_owned()),
        rest => shown.push(format!("{rest} others")),
    }
    match shown.pop() {
        None => "of nobody".to_owned(),
        Some(only) if shown.is_empty() => format!("of {only}"),
        Some(last) => format!("of {} and {last}", shown.join(", ")),
    }
}

/// The users whom a scope names in words.
pub(crate) fn mentioned(scope: Option<&Scope>) -> Vec<UserId> {
    let users = match scope {
        Some(Scope::Sessions(scope)) => scope.users.as_deref(),
        Some(Scope::Families(scope)) => scope.users.as_deref(),
        None => None,
    };
    users
        .unwrap_or_default()
        .iter()
        .take(NAMED)
        .copied()
        .collect()
}

/// The words of one scope, with the names looked up.
pub(crate) async fn words_of(authority: &Authority, scope: &Scope) -> Result<String, StoreError> {
    let names = Names::of(authority, mentioned(Some(scope))).await?;
    Ok(words(scope.target(), Some(scope), &names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_that_asks_has_the_filter_of_the_list() {
        for (list, preview) in [
            ("/admin/sessions", Some("/admin/sessions/end?all=1")),
            (
                "/admin/sessions?state=live",
                Some("/admin/sessions/end?all=1"),
            ),
            ("/admin/sessions?state=ended", None),
            (
                "/admin/sessions?user=ann&state=live",
                Some("/admin/sessions/end?user=ann&state=live"),
            ),
            ("/admin/sessions?user=ann&state=ended", None),
            (
                "/admin/sessions?sort=oldest",
                Some("/admin/sessions/end?all=1"),
            ),
            ("/admin/sessions?sort=ended", None),
            ("/admin/sessions?reason=idle", None),
            ("/admin/sessions?by=ann", None),
            ("/admin/sessions?sort=last_used&from=2026-01-01", None),
            (
                "/admin/sessions?sort=last_used",
                Some("/admin/sessions/end?all=1"),
            ),
        ] {
            let found = address_of_preview(BulkTarget::Sessions, list);
            assert_eq!(found.as_deref(), preview, "{list}");
        }
    }

    #[test]
    fn what_is_not_a_filter_of_the_list_is_refused() {
        for good in [
            vec!["user", "address"],
            vec!["id", "chosen"],
            vec!["cursor", "limit"],
        ] {
            assert!(known(BulkTarget::Sessions, &good).is_ok(), "{good:?}");
        }
        for bad in ["adress", "event", "", "User"] {
            assert!(
                known(BulkTarget::Sessions, &["user", bad]).is_err(),
                "{bad}"
            );
        }
        assert!(known(BulkTarget::Families, &["device"]).is_ok());
    }

    #[test]
    fn many_users_are_told_by_their_first_and_their_number() {
        let users: Vec<UserId> = (0..5)
            .map(|number| UserId::from_uuid(uuid::Uuid::from_u128(number)))
            .collect();
        let names = Names::default();
        let short = |number: usize| users[number].short();
        assert_eq!(of_users(&[], &names), "of nobody");
        assert_eq!(of_users(&users[..1], &names), format!("of {}", short(0)));
        assert_eq!(
            of_users(&users[..2], &names),
            format!("of {} and {}", short(0), short(1))
        );
        assert_eq!(
            of_users(&users, &names),
            format!("of {}, {}, {} and 2 others", short(0), short(1), short(2))
        );
    }
}
