//! `/admin/threats`

use latchkey_types::{IncidentClass, ListSort, Verdict, Word as _};
use leptos::prelude::*;

use super::{
    listing::{Asked, ListLinks},
    threats::{ClassCount, IncidentItem, WeekItem, share as share_of},
};
use crate::{
    Frame, Page,
    component::{
        Card, Empty, Filter, Glyph, Heading, IncidentTable, LinkButton, Look, Pager, Weeks,
        filter_choice, filter_order, filter_period, filter_text, filter_word, stat::Stat,
    },
    words::{common, threats as words},
};

/// What an incident was found to be, for a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Nothing yet.
    Not,
    /// This.
    As(Verdict),
}

impl Judged {
    /// Every one.
    pub const ALL: [Self; 3] = [
        Self::Not,
        Self::As(Verdict::Confirmed),
        Self::As(Verdict::FalseAlarm),
    ];

    /// The word that travels in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Not => "none",
            Self::As(verdict) => verdict.as_str(),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Not => words::NOT_JUDGED,
            Self::As(verdict) => verdict.label(),
        }
    }

    /// Reads a word that came in an address.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|judged| judged.as_str() == word)
    }
}

/// All incidents.
#[derive(Debug, Clone)]
pub struct AdminThreatsPage {
    /// What is asked for: GET form with `user`, `class`, `verdict`, `sort`, `address`, `from`,
    /// `to`.
    pub asked: Asked,
    /// How many there were of each class, over the weeks that are shown.
    pub counts: Vec<ClassCount>,
    /// The last weeks, oldest first.
    pub weeks: Vec<WeekItem>,
    /// The rows.
    pub incidents: Vec<IncidentItem>,
    /// The ways on.
    pub links: ListLinks,
}

const PATH: &str = "/admin/threats";

impl Page for AdminThreatsPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let asked = self.asked;
        let filtered = asked.is_narrowed();
        let verdicts = Judged::ALL
            .map(|judged| (judged.as_str().to_owned(), judged.label().to_owned()))
            .to_vec();
        let fields = vec![
            filter_text(&asked, "user", common::USER, common::NAME_EMAIL_OR_ID),
            filter_word(&asked, "class", words::CLASS, IncidentClass::ALL),
            filter_choice(&asked, "verdict", common::VERDICT, verdicts),
            filter_order::<ListSort>(&asked),
        ];
        let address = filter_text(
            &asked,
            "address",
            words::PRESENTED_AGAIN_FROM,
            common::ADDRESS_EXAMPLE,
        );
        let more = std::iter::once(("address", address))
            .chain(filter_period(&asked))
            .collect();
        let list = if self.incidents.is_empty() {
            view! { <NoThreats filtered /> }.into_any()
        } else {
            view! { <IncidentTable incidents=self.incidents /> }.into_any()
        };
        view! {
            <Heading
                title=words::TITLE
                text=words::ABOUT
            />
            <Summary counts=self.counts weeks=self.weeks />
            <Filter path=PATH name=words::FILTER asked fields more />
            <div class="card">{list}</div>
            <Pager
                first=self.links.first
                previous=self.links.previous
                next=self.links.next
                last=self.links.last
            />
        }
        .into_any()
    }
}

/// How many of each class, how many of them were none, and when.
#[component]
fn Summary(counts: Vec<ClassCount>, weeks: Vec<WeekItem>) -> impl IntoView {
    let stats = counts
        .into_iter()
        .map(|count| {
            let text = count.all.text();
            view! {
                <Stat
                    name=count.class.label()
                    note=false_alarms(count)
                    href=format!("{PATH}?class={}", count.class.as_str())
                    value=Signal::derive(move || text.clone())
                />
            }
        })
        .collect_view();
    let share = share(&weeks);
    let chart = (!weeks.is_empty()).then(|| {
        let title = words::LAST_WEEKS;
        view! {
            <Card title id="weeks" text=share>
                <Weeks weeks />
            </Card>
        }
    });
    view! {
        <div class="mb-6 grid gap-4 lg:grid-cols-2">
            <div class="grid grid-cols-2 gap-3 sm:gap-4">{stats}</div>
            {chart}
        </div>
    }
    .into_any()
}

/// How many of a class were false alarms, and what share that is of those that were judged.
fn false_alarms(count: ClassCount) -> String {
    let (confirmed, false_alarms) = (count.confirmed.count, count.false_alarms.count);
    let share = share_of(confirmed, false_alarms);
    words::false_alarms(
        count.all.count,
        confirmed + false_alarms,
        false_alarms,
        share,
    )
}

/// How many of those that were judged were false alarms.
fn share(weeks: &[WeekItem]) -> String {
    let sum = |part: fn(&WeekItem) -> u64| weeks.iter().map(part).sum::<u64>();
    let all = sum(|week| week.all());
    let false_alarms = sum(|week| week.false_alarms);
    let confirmed = sum(|week| week.confirmed);
    if all == 0 {
        return words::NO_INCIDENTS.to_owned();
    }
    let Some(share) = share_of(confirmed, false_alarms) else {
        return words::none_judged(all);
    };
    words::share(all, confirmed + false_alarms, false_alarms, share)
}

#[component]
fn NoThreats(filtered: bool) -> impl IntoView {
    if filtered {
        view! {
            <Empty
                glyph=Glyph::Search
                title=words::NONE_MATCH
                text=words::NONE_FITS
            >
                <LinkButton text=common::CLEAR_FILTERS href=PATH look=Look::Plain />
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty
                glyph=Glyph::Check
                title=words::NONE
                text=words::NONE_YET
            />
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use latchkey_types::UnixMillis;

    use super::*;

    #[test]
    fn the_share_of_false_alarms_is_of_those_that_were_judged() {
        let week = |unjudged, confirmed, false_alarms| WeekItem {
            from: UnixMillis(0),
            unjudged,
            confirmed,
            false_alarms,
        };
        for (weeks, text) in [
            (vec![week(0, 0, 0)], "No incidents."),
            (vec![week(1, 0, 0)], "1 incident, none judged yet."),
            (
                vec![week(2, 2, 0), week(0, 0, 1)],
                "5 incidents, 3 judged: 1 false alarm (33\u{a0}%).",
            ),
        ] {
            assert_eq!(share(&weeks), text);
        }
    }

    #[test]
    fn each_class_says_its_share_of_false_alarms() {
        let exactly = |count| crate::Tally {
            count,
            capped: false,
        };
        for (all, confirmed, false_alarms, text) in [
            (0, 0, 0, "none to judge"),
            (3, 0, 0, "none judged yet"),
            (3, 2, 0, "0 false alarms of 2 judged (0\u{a0}%)"),
            (9, 2, 1, "1 false alarm of 3 judged (33\u{a0}%)"),
        ] {
            let count = ClassCount {
                class: IncidentClass::Theft,
                all: exactly(all),
                confirmed: exactly(confirmed),
                false_alarms: exactly(false_alarms),
            };
            assert_eq!(super::false_alarms(count), text);
        }
    }

    #[test]
    fn what_a_filter_means_reads_back() {
        for judged in Judged::ALL {
            assert_eq!(Judged::parse(judged.as_str()), Some(judged));
        }
        assert_eq!(Judged::parse("maybe"), None);
    }
}
