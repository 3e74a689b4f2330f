//! Refresh families in lists. A page calls them API sign-ins.

use latchkey_types::{FamilyEndReason, RefreshOutcome, Word, isolated, visible};
use leptos::prelude::*;

use super::{
    Address, Badge, Cell, ConfirmButton, Icon, NoPick, PersonLink, Pick, Row, Table, Tone, When,
    agent_glyph,
};
use crate::{
    page::families::{FamiliesOfUser, FamilyItem},
    words::{common, families::list as words, part},
};

/// Whose API sign-ins a table lists, and so what it says about each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The viewer's own.
    Own,
    /// One user's, in the console.
    OneUser,
    /// Everybody's, in the console.
    Everybody,
}

impl Holder {
    const fn caption(self) -> &'static str {
        match self {
            Self::Own => words::OWN,
            Self::OneUser => words::OF_USER,
            Self::Everybody => common::API_SIGN_INS,
        }
    }

    fn columns(self, may_end: bool) -> Vec<&'static str> {
        let (first, last) = match self {
            Self::Own => (common::PROGRAM, common::ENDS),
            Self::OneUser => (common::PROGRAM, common::STATE),
            Self::Everybody => (words::USER_AND_PROGRAM, common::STATE),
        };
        let mut columns = vec![
            first,
            common::ADDRESS,
            common::OPENED,
            common::LAST_EVENT,
            last,
        ];
        if may_end {
            columns.push("");
        }
        columns
    }
}

/// A table of API sign-ins.
#[component]
pub(crate) fn FamilyTable(
    /// Whose they are.
    holder: Holder,
    /// The rows.
    families: Vec<FamilyItem>,
    /// Whether the viewer may end them.
    may_end: bool,
    /// Where the forms lead back to; not on the viewer's own page.
    #[prop(optional, into)]
    back: Option<String>,
) -> impl IntoView {
    let rows = families
        .into_iter()
        .map(|family| view! { <FamilyRow holder family may_end back=back.clone() /> })
        .collect_view();
    view! {
        <Table caption=holder.caption() columns=holder.columns(may_end)>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn FamilyRow(
    holder: Holder,
    family: FamilyItem,
    may_end: bool,
    back: Option<String>,
) -> impl IntoView {
    let (last, fate) = if holder == Holder::Own {
        (
            common::ENDS,
            view! { <When at=family.ends_at /> }.into_any(),
        )
    } else {
        (common::STATE, state(&family))
    };
    let end = may_end.then(|| {
        let button = end_button(holder, &family, back);
        view! { <Cell buttons=true>{button}</Cell> }
    });
    let pick = (holder == Holder::Everybody && may_end).then(|| {
        if family.ended.is_some() {
            return view! { <NoPick /> }.into_any();
        }
        let name = part::whose(
            &family.user.name,
            &part::at_address(&family_name(&family), &family.address),
        );
        view! { <Pick id=family.family_id.to_string() name /> }.into_any()
    });
    let (program, last_event) = (program(holder, &family), last_event(&family));
    let (created_at, method) = (family.created_at, family.method.label());
    view! {
        <Row>
            <Cell>
                <div class="flex gap-1">
                    {pick} <div class="min-w-0">{program}</div>
                </div>
            </Cell>
            <Cell label=common::ADDRESS>
                <Address address=family.address title=common::network(&family.network) />
            </Cell>
            <Cell label=common::OPENED>
                <When at=created_at />
                <span class="note">{method}</span>
            </Cell>
            <Cell label=common::LAST_EVENT>{last_event}</Cell>
            <Cell label=last>{fate}</Cell>
            {end}
        </Row>
    }
    .into_any()
}

/// The program, with a picture of the device and the whole user agent in the title. In the console
/// its name leads to its history.
fn program(holder: Holder, family: &FamilyItem) -> impl IntoView + use<> {
    let name = family_name(family);
    let path = format!("/admin/families/{}", family.family_id);
    let text = match holder {
        Holder::Own => view! {
            <span class="font-medium text-ink wrap-break-word">{name}</span>
        }
        .into_any(),
        Holder::OneUser => view! {
            <a href=path class="link wrap-break-word">
                {name}
            </a>
        }
        .into_any(),
        Holder::Everybody => view! {
            <span class="line">
                <PersonLink user=family.user.clone() />
            </span>
            <span class="note">
                <a href=path class="link">
                    {name}
                </a>
            </span>
        }
        .into_any(),
    };
    view! {
        <span class="flex gap-2.5" title=visible(&family.agent.user_agent).into_owned()>
            <Icon glyph=agent_glyph(&family.agent.device) class="size-5 text-muted" />
            <span class="min-w-0 stack">{text}</span>
        </span>
    }
}

/// `Firefox on Linux`, before it the client where it is not the front door.
pub(crate) fn family_name(family: &FamilyItem) -> String {
    let agent = family.agent.name();
    if family.client.is_empty() {
        agent
    } else {
        format!("{}, {agent}", family.client)
    }
}

/// What happened to it last and when, with what is not as usual.
fn last_event(family: &FamilyItem) -> impl IntoView + use<> {
    let word = if family.generation == 0 && family.last_event == RefreshOutcome::Rotated {
        common::OPENED
    } else {
        family.last_event.label()
    };
    let moved =
        (family.last_address != family.address && !family.last_address.is_empty()).then(|| {
            let address = family.last_address.clone();
            view! { <span class="note">{common::FROM_ADDRESS} <Address address /></span> }
        });
    let name = match outcome_tone(family.last_event) {
        Tone::Plain => view! { <span>{word}</span> }.into_any(),
        tone => view! { <Badge tone text=word /> }.into_any(),
    };
    view! {
        <span class="line">{name} <When at=family.last_event_at /></span>
        <span class="note">{words::generation(family.generation)}</span>
        {moved}
    }
}

/// How an outcome is to be looked at.
pub(crate) const fn outcome_tone(outcome: RefreshOutcome) -> Tone {
    match outcome {
        RefreshOutcome::Rotated | RefreshOutcome::Retry | RefreshOutcome::Ended => Tone::Plain,
        RefreshOutcome::LostResponse
        | RefreshOutcome::ForeignRetry
        | RefreshOutcome::LostTimeline
        | RefreshOutcome::StaleCopy => Tone::Caution,
        RefreshOutcome::Theft | RefreshOutcome::Forged => Tone::Bad,
    }
}

/// Whether it is live, until when, or how it ended.
pub(crate) fn state(family: &FamilyItem) -> AnyView {
    match family.ended.clone() {
        None => view! {
            <Badge tone=Tone::Good text=common::LIVE />
            <span class="note">{common::ENDS_AT} <When at=family.expires_at /></span>
        }
        .into_any(),
        Some(ended) => {
            let tone = match ended.reason {
                FamilyEndReason::Theft => Tone::Bad,
                FamilyEndReason::StaleCopy | FamilyEndReason::LostTimeline => Tone::Caution,
                _ => Tone::Plain,
            };
            view! {
                <Badge tone text=common::ENDED />
                <span class="note">
                    {ended.reason.label()}
                    {ended.by.map(|user| view! { ": " <PersonLink user /> })} ", "
                    <When at=ended.at />
                </span>
            }
            .into_any()
        }
    }
}

/// The button that ends one.
pub(crate) fn end_button(holder: Holder, family: &FamilyItem, back: Option<String>) -> AnyView {
    if family.ended.is_some() {
        return ().into_any();
    }
    let id = family.family_id;
    let name = family_name(family);
    let (area, question) = if holder == Holder::Own {
        ("account", words::end_own(&name))
    } else {
        let user = isolated(&family.user.name);
        ("admin", words::end_of(&user, &name))
    };
    view! {
        <ConfirmButton
            id=format!("end-{id}")
            label=words::END
            name=words::end(&name, &family.address)
            question
            consequence=words::ENDING
            action=format!("/{area}/families/{id}/end")
            back
        />
    }
    .into_any()
}

/// The button that ends all of one user's, with what that would end.
#[component]
pub(crate) fn EndFamiliesOfUser(
    /// Whose, and what they are.
    of: FamiliesOfUser,
    /// Where the form leads back to.
    #[prop(default = None)]
    back: Option<String>,
) -> impl IntoView {
    let name = isolated(&of.user.name).into_owned();
    view! {
        <ConfirmButton
            id="end-families"
            label=words::END_ALL
            name=words::end_all_of(&name)
            question=words::end_all_question(&name)
            consequence=preview(&of)
            action=format!("/admin/users/{}/end-families", of.user.id)
            back
        />
    }
    .into_any()
}

/// What ending all of a user's would end.
fn preview(of: &FamiliesOfUser) -> String {
    const NAMED: usize = 3;
    let named = &of.kinds[..of.kinds.len().min(NAMED)];
    words::ending_all(of.live, &of.user.name, named, of.kinds.len() > NAMED)
}
