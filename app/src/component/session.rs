//! Sessions in lists: as a table with everything, as a feed with the gist.

use latchkey_types::{Word, isolated, visible};
use leptos::prelude::*;

use super::{
    Address, Badge, Cell, ConfirmButton, Icon, Look, NoPick, PersonLink, Pick, PostForm, Row,
    Submit, Table, Tone, When, agent_glyph, agent_name,
};
use crate::{
    page::sessions::{SessionItem, UserLink},
    words::{common, part, sessions::list as words},
};

/// Whose sessions a table lists, and so what it says about each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The viewer's own.
    Own,
    /// One user's, in the console.
    OneUser,
    /// One user's that are over, in the console.
    EndedOfOneUser,
    /// Everybody's, in the console.
    Everybody,
}

impl Whose {
    const fn caption(self) -> &'static str {
        match self {
            Self::Own => words::OWN,
            Self::OneUser => words::OF_USER,
            Self::EndedOfOneUser => words::ENDED_OF_USER,
            Self::Everybody => words::ALL,
        }
    }

    fn columns(self, may_end: bool) -> Vec<&'static str> {
        let (first, last) = match self {
            Self::Own | Self::OneUser => (common::BROWSER, common::ENDS),
            Self::EndedOfOneUser => (common::BROWSER, common::STATE),
            Self::Everybody => (words::USER_AND_BROWSER, common::STATE),
        };
        let mut columns = vec![
            first,
            common::ADDRESS,
            words::SIGNED_IN,
            common::LAST_USED,
            last,
        ];
        if may_end {
            columns.push("");
        }
        columns
    }
}

/// A table of sessions.
#[component]
pub(crate) fn SessionTable(
    /// Whose they are.
    whose: Whose,
    /// The rows.
    sessions: Vec<SessionItem>,
    /// Whether the viewer may end them.
    may_end: bool,
    /// Where the forms lead back to; not on the viewer's own page.
    #[prop(optional, into)]
    back: Option<String>,
) -> impl IntoView {
    let rows = sessions
        .into_iter()
        .map(|session| view! { <SessionRow whose session may_end back=back.clone() /> })
        .collect_view();
    view! {
        <Table caption=whose.caption() columns=whose.columns(may_end)>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn SessionRow(
    whose: Whose,
    session: SessionItem,
    may_end: bool,
    back: Option<String>,
) -> impl IntoView {
    let user = (whose == Whose::Everybody).then(|| session.user.clone());
    let pick = (whose == Whose::Everybody && may_end).then(|| {
        if session.ended.is_some() {
            return view! { <NoPick /> }.into_any();
        }
        let name = part::whose(&session.user.name, &full_name(&session));
        view! { <Pick id=session.session_id.to_string() name /> }.into_any()
    });
    let browser = browser(&session, user);
    let address = address(&session);
    let created_at = session.created_at;
    let method = session
        .provider
        .clone()
        .unwrap_or_else(|| session.method.label().to_owned());
    let last_seen_at = session.last_seen_at;
    let moved = (session.last_address != session.address).then(|| {
        let address = session.last_address.clone();
        view! { <span class="note">{common::FROM_ADDRESS} <Address address /></span> }
    });
    let (last, fate) = if matches!(whose, Whose::Everybody | Whose::EndedOfOneUser) {
        (common::STATE, state(&session).into_any())
    } else {
        (
            common::ENDS,
            view! { <When at=session.expires_at /> }.into_any(),
        )
    };
    let end = may_end.then(|| {
        view! { <Cell buttons=true>{end_button(whose, &session, back)}</Cell> }
    });
    view! {
        <Row>
            <Cell>
                <div class="flex gap-1">
                    {pick} <div class="min-w-0">{browser}</div>
                </div>
            </Cell>
            <Cell label=common::ADDRESS>{address}</Cell>
            <Cell label=words::SIGNED_IN>
                <When at=created_at />
                <span class="note wrap-anywhere">{method}</span>
            </Cell>
            <Cell label=common::LAST_USED>
                <When at=last_seen_at />
                {moved}
            </Cell>
            <Cell label=last>{fate}</Cell>
            {end}
        </Row>
    }
    .into_any()
}

/// The browser, with a picture of the device and the whole user agent in the title; where it is
/// not plain whose it is, below its user.
fn browser(session: &SessionItem, user: Option<UserLink>) -> impl IntoView + use<> {
    let name = browser_name(session);
    let own = session
        .is_current
        .then(|| view! { <Badge tone=Tone::Accent text=words::THIS_SESSION /> });
    let text = match user {
        Some(user) => view! {
            <span class="line">
                <PersonLink user />
                {own}
            </span>
            <span class="note">{name}</span>
        }
        .into_any(),
        None => view! {
            <span class="line">
                <span class="font-medium text-ink wrap-break-word">{name}</span>
                {own}
            </span>
        }
        .into_any(),
    };
    view! {
        <span class="flex gap-2.5" title=visible(&session.user_agent).into_owned()>
            <Icon glyph=agent_glyph(&session.device) class="size-5 text-muted" />
            <span class="min-w-0">{text}</span>
        </span>
    }
}

fn address(session: &SessionItem) -> impl IntoView + use<> {
    view! {
        <Address
            address=session.address.clone()
            title=common::network(&session.network)
        />
    }
    .into_any()
}

/// Whether a session is live, until when, or how it ended.
fn state(session: &SessionItem) -> impl IntoView + use<> {
    match session.ended.clone() {
        None => view! {
            <Badge tone=Tone::Good text=common::LIVE />
            <span class="note">{common::ENDS_AT} <When at=session.expires_at /></span>
        }
        .into_any(),
        Some(ended) => view! {
            <Badge tone=Tone::Plain text=common::ENDED />
            <span class="note">
                {ended.reason.label()} {ended.by.map(|user| view! { ": " <PersonLink user /> })}
                ", " <When at=ended.at />
            </span>
        }
        .into_any(),
    }
}

/// The button that ends a session; for the viewer's own current one, the one that signs out.
fn end_button(whose: Whose, session: &SessionItem, back: Option<String>) -> AnyView {
    if session.ended.is_some() {
        return ().into_any();
    }
    if session.is_current && whose == Whose::Own {
        return view! {
            <PostForm action="/logout">
                <Submit text=common::SIGN_OUT look=Look::Plain />
            </PostForm>
        }
        .into_any();
    }
    let id = session.session_id;
    let area = if whose == Whose::Own {
        "account"
    } else {
        "admin"
    };
    view! {
        <ConfirmButton
            id=format!("end-{id}")
            label=words::END_SESSION
            name=words::end(&full_name(session))
            question=question(whose, session)
            consequence=consequence(whose, session)
            action=format!("/{area}/sessions/{id}/end")
            back
        />
    }
    .into_any()
}

fn question(whose: Whose, session: &SessionItem) -> String {
    let name = browser_name(session);
    if whose == Whose::Own {
        words::end_own(&name)
    } else {
        words::end_of(&isolated(&session.user.name), &name)
    }
}

fn consequence(whose: Whose, session: &SessionItem) -> String {
    let address = &session.address;
    if session.is_current {
        words::ending_this(address)
    } else if whose == Whose::Own {
        words::ending_own(address)
    } else {
        words::ending(address)
    }
}

/// The newest sessions, two lines each.
#[component]
pub(crate) fn SessionFeed(
    /// The rows.
    sessions: Vec<SessionItem>,
) -> impl IntoView {
    let rows = sessions
        .into_iter()
        .map(|session| {
            let user = session.user.clone();
            let at = session.created_at;
            view! {
                <li class="feed-row">
                    <Icon glyph=agent_glyph(&session.device) class="mt-0.5 size-5 text-muted" />
                    <div class="min-w-0">
                        <PersonLink user />
                        <span class="note" title=visible(&session.user_agent).into_owned()>
                            {browser_name(&session)} " · " <Address address=session.address.clone() />
                        </span>
                    </div>
                    <span class="text-muted">
                        <When at />
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="feed">{rows}</ul> }.into_any()
}

/// `Firefox on Windows 10`, or as much of it as is known.
fn browser_name(session: &SessionItem) -> String {
    agent_name(&session.browser, &session.system, part::UNKNOWN_BROWSER)
}

/// The browser with the address: tells a session from its neighbours.
fn full_name(session: &SessionItem) -> String {
    part::at_address(&browser_name(session), &session.address)
}
