//! `/admin/threats/{id}`

#[expect(unreachable_pub, reason = "what the component macro writes is public")]
mod related;
#[expect(unreachable_pub, reason = "what the component macro writes is public")]
mod sides;

use latchkey_types::visible;
use leptos::prelude::*;

use self::{
    related::Related,
    sides::{Sides, Sightings},
};
use super::{
    families::{FamiliesOfUser, FamilyItem},
    sessions::SessionItem,
    threats::{IncidentItem, SightingItem, VerdictItem},
};
use crate::{
    Frame, Page,
    component::{
        BackLink, Card, Fact, Facts, Glyph, Holder, Icon, Look, NoteField, PersonLink, PostForm,
        Sentence, Tone, VerdictBadge, When, class_tone, end_family_button, family_name,
        family_state,
    },
    words::{
        common,
        phrase::exact_length,
        story,
        threats::{self, one as words},
    },
};

/// One incident: what happened, what was done, what else is to be looked at.
///
/// Forms: with `may_judge` POST `/admin/threats/{id}/judge` (`csrf`, `verdict`, `note`); with
/// `may_end` those of the lists, all with `back`.
#[derive(Debug, Clone)]
pub struct AdminThreatPage {
    /// The incident.
    pub incident: IncidentItem,
    /// The API sign-in that it is about.
    pub family: FamilyItem,
    /// What was presented afterwards, newest first: at most so many as fit.
    pub sightings: Vec<SightingItem>,
    /// The user's other live API sign-ins.
    pub families_of_user: Vec<FamilyItem>,
    /// All of the user's live API sign-ins, for ending them together.
    pub of_user: FamiliesOfUser,
    /// The user's live sessions.
    pub sessions_of_user: Vec<SessionItem>,
    /// What others hold and did at the addresses of both sides: at the replayer's first, once where
    /// they are one, and none where none is known.
    pub there: Vec<AddressItem>,
    /// Where forms lead back to.
    pub back: String,
    /// Whether the viewer may end sessions and API sign-ins.
    pub may_end: bool,
    /// Whether the viewer may say what it was.
    pub may_judge: bool,
}

/// What others hold and did at the address of a side.
#[derive(Debug, Clone)]
pub struct AddressItem {
    /// The address.
    pub address: String,
    /// Whose it is.
    pub side: Side,
    /// Live API sign-ins that were opened or last refreshed there.
    pub families: Vec<FamilyItem>,
    /// Live sessions that were signed in or last used there.
    pub sessions: Vec<SessionItem>,
    /// Other incidents in which a token was presented again from there.
    pub incidents: Vec<IncidentItem>,
}

/// A side of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who rotated the token.
    Rotated,
    /// Who presented it again.
    Replayed,
    /// Both, from one address.
    Both,
}

impl Page for AdminThreatPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let incident = self.incident;
        let judge = view! { <Verdict incident=incident.clone() may_judge=self.may_judge /> };
        let about = view! {
            <About
                incident=incident.clone()
                family=self.family
                may_end=self.may_end
                back=self.back.clone()
            />
        };
        let sightings = (!self.sightings.is_empty()).then(|| {
            let total = incident.sightings;
            view! { <Sightings sightings=self.sightings total /> }
        });
        view! {
            <BackLink text=words::BACK href="/admin/threats" />
            <div class="beside">
                <div class="grid min-w-0 gap-4">
                    <Story incident=incident.clone() />
                    <Sides incident=incident.clone() />
                    {sightings}
                </div>
                <div class="grid min-w-0 gap-4">{judge} {about}</div>
            </div>
            <Related
                of_user=self.of_user
                families_of_user=self.families_of_user
                sessions_of_user=self.sessions_of_user
                there=self.there
                may_end=self.may_end
                back=self.back
            />
        }
        .into_any()
    }
}

/// What happened, in one sentence, and why it is called what it is called.
#[component]
fn Story(incident: IncidentItem) -> impl IntoView {
    let reasons = story::why(&incident);
    let verdict = incident
        .verdict
        .as_ref()
        .map(|found| view! { <VerdictBadge verdict=found.verdict /> });
    let (glyph, class) = match class_tone(incident.class) {
        Tone::Bad => (Glyph::Alert, "medal bg-danger-soft text-danger"),
        _ => (Glyph::Alert, "medal bg-caution-soft text-caution"),
    };
    view! {
        <section class="card px-4 py-5 sm:px-6" aria-labelledby="what">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-2">
                <span class=class>
                    <Icon glyph class="size-5" />
                </span>
                <h1 id="what" class="text-xl font-semibold tracking-tight text-ink">
                    {words::heading(incident.class)}
                </h1>
                {verdict}
            </div>
            <p class="mt-3 max-w-prose text-base text-ink wrap-anywhere">
                <Sentence incident />
            </p>
            <p class="mt-3 max-w-prose text-sm text-muted wrap-anywhere">{reasons}</p>
        </section>
    }
    .into_any()
}

/// The facts of the incident, and the API sign-in that it is about.
#[component]
fn About(incident: IncidentItem, family: FamilyItem, may_end: bool, back: String) -> impl IntoView {
    let end = may_end.then(|| end_family_button(Holder::Everybody, &family, Some(back)));
    let name = family_name(&family);
    let sightings = (incident.sightings > 0).then(|| {
        view! { <Fact name=words::SEEN_AGAIN>{incident.sightings} {words::TIMES_SINCE}</Fact> }
    });
    view! {
        <Card title=words::FAMILY id="family">
            <Facts>
                <Fact name=common::USER>
                    <PersonLink user=incident.user />
                </Fact>
                <Fact name=common::PROGRAM>
                    <a href=format!("/admin/families/{}", family.family_id) class="link">
                        {name}
                    </a>
                </Fact>
                <Fact name=common::STATE>{family_state(&family)}</Fact>
                <Fact name=words::PRESENTED>{words::generation(incident.presented)}</Fact>
                <Fact name=words::CURRENT_THEN>{words::generation(incident.current)}</Fact>
                <Fact name=common::APART>{exact_length(incident.gap_ms)}</Fact>
                {sightings}
            </Facts>
            {end.map(|end| view! { <div class="mt-4">{end}</div> })}
        </Card>
    }
    .into_any()
}

/// What an administrator found, and the form to say so.
#[component]
fn Verdict(incident: IncidentItem, may_judge: bool) -> impl IntoView {
    let action = format!("/admin/threats/{}/judge", incident.incident_id);
    let note = incident
        .verdict
        .as_ref()
        .map(|found| found.note.clone())
        .unwrap_or_default();
    let text = if may_judge { words::SAY } else { "" };
    let found = match incident.verdict {
        Some(found) => view! { <Found found /> }.into_any(),
        None => view! { <p class="text-sm text-muted">{words::NOT_JUDGED}</p> }.into_any(),
    };
    let form = may_judge.then(|| {
        view! {
            <PostForm action class="mt-4 space-y-4">
                <NoteField name="note" label=words::NOTE value=note />
                <div class="flex flex-wrap gap-2">
                    <button
                        type="submit"
                        name="verdict"
                        value="confirmed"
                        class=Look::Plain.class()
                    >
                        {words::CONFIRM}
                    </button>
                    <button
                        type="submit"
                        name="verdict"
                        value="false_alarm"
                        class=Look::Plain.class()
                    >
                        {threats::FALSE_ALARM}
                    </button>
                </div>
            </PostForm>
        }
    });
    view! {
        <Card title=common::VERDICT id="verdict" text=text>
            {found}
            {form}
        </Card>
    }
    .into_any()
}

#[component]
fn Found(found: VerdictItem) -> impl IntoView {
    let by = found
        .by
        .map(|user| view! { {words::JUDGED_BY} <PersonLink user /> });
    view! {
        <p class="text-sm text-muted">
            <VerdictBadge verdict=found.verdict />
            {by}
            ", "
            <When at=found.at />
        </p>
        {(!found.note.is_empty())
            .then(|| {
                view! {
                    <p class="mt-2 text-sm whitespace-pre-line text-ink wrap-anywhere">
                        {note(&found.note)}
                    </p>
                }
            })}
    }
    .into_any()
}

/// A note, line by line.
fn note(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
