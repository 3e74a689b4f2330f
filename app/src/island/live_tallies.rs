//! The console's four numbers, kept current.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    component::stat::Stat,
    words::{phrase::Tally, tallies as words},
};

/// The four numbers: what `GET /api/admin/overview` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tallies {
    /// Live sessions.
    pub live_sessions: Tally,
    /// Users.
    pub users: Tally,
    /// Sign-ins of the last 24 hours.
    pub sign_ins: Tally,
    /// Refused sign-ins of the last 24 hours.
    pub failures: Tally,
}

/// How far the numbers can be trusted to be current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only in a browser do the numbers come to life")
)]
enum Feed {
    /// They are those of the page.
    Still,
    /// They are asked for again and again.
    Live,
    /// The server could not be asked; it will be again.
    Unreachable,
    /// The viewer may no longer ask.
    Stopped,
}

impl Feed {
    const fn text(self) -> &'static str {
        match self {
            Self::Still => words::STILL,
            Self::Live => words::UPDATED,
            Self::Unreachable => words::UNREACHABLE,
            Self::Stopped => words::STOPPED,
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Still => "feed-state",
            Self::Live => "feed-state feed-live",
            Self::Unreachable | Self::Stopped => "feed-state feed-stopped",
        }
    }
}

/// Shows four numbers and keeps them current while somebody looks.
#[island]
pub fn LiveTallies(
    /// The numbers when the page was made.
    initial: Tallies,
) -> impl IntoView {
    let tallies = RwSignal::new(initial);
    let feed = RwSignal::new(Feed::Still);
    // The time of the last answer, as the viewer writes it.
    let since = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    browser::start(tallies, feed, since);
    let text = move || match feed.get() {
        Feed::Unreachable => format!(
            "{}{}{}",
            words::UNREACHABLE_SINCE,
            since.get(),
            feed.get().text()
        ),
        other => other.text().to_owned(),
    };
    let of = move |which: fn(Tallies) -> Tally| Signal::derive(move || which(tallies.get()).text());
    view! {
        <div class="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
            <Stat name=words::LIVE_SESSIONS note=words::LIVE_SESSIONS_NOTE href="/admin/sessions?state=live" value=of(|all| all.live_sessions) />
            <Stat name=words::USERS note=words::USERS_NOTE href="/admin/users" value=of(|all| all.users) />
            <Stat
                name=words::SIGN_INS
                note=words::LAST_DAY
                href="/admin/audit?kind=sign_in&outcome=success"
                value=of(|all| all.sign_ins)
            />
            <Stat
                name=words::REFUSED_SIGN_INS
                note=words::LAST_DAY
                href="/admin/audit?kind=sign_in&outcome=failure"
                value=of(|all| all.failures)
            />
        </div>
        <p class=move || feed.get().class() role="status">
            {text}
        </p>
    }
}

#[cfg(feature = "hydrate")]
mod browser;
