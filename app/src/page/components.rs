//! `/dev/components`: the parts that pages are made of, each in its states, in both themes.
//!
//! For whoever works on Latchkey: a release has no such page.

use latchkey_types::{Outcome, Role, UnixMillis, UserState};
use leptos::prelude::*;

use super::{
    listing::Asked,
    provider::{ProviderButton, ProviderIcon},
    sessions::UserLink,
};
use crate::{
    Frame, Page, Theme,
    component::{
        Address, Avatar, Badge, Banner, Card, Cell, Choice, Code, ConfirmButton, CopyField,
        DateField, Day, Empty, ErrorSummary, Fact, Facts, Field, Filter, Glyph, Heading, Kind,
        LinkButton, Look, Moment, NoteField, NoticeBanner, OutcomeBadge, Pager, PersonLink,
        PostForm, ProviderLinks, RoleBadge, Row, Stamp, Submit, Table, ThemeSwitch, Tone,
        UserStateBadge, When, filter_text,
    },
    notice::Notice,
};

/// Where every link of it leads.
const HERE: &str = "/dev/components";

/// The page. Nothing on it does anything.
#[derive(Debug, Clone, Copy)]
pub struct ComponentsPage;

impl Page for ComponentsPage {
    const IS_WIDE: bool = true;

    fn view(self, frame: &Frame) -> AnyView {
        let now = frame.now;
        view! {
            <Heading
                title="Components"
                text="What pages are made of, in light and in dark. Only builds for development have this page."
            />
            <div class="grid gap-4 xl:grid-cols-2">
                <Half theme=Theme::Light now />
                <Half theme=Theme::Dark now />
            </div>
        }
        .into_any()
    }
}

/// Every part once, in one theme.
#[component]
fn Half(theme: Theme, now: UnixMillis) -> impl IntoView {
    let (name, id) = match theme {
        Theme::Dark => ("In dark", "dark"),
        Theme::Light | Theme::System => ("In light", "light"),
    };
    view! {
        <section
            data-theme=theme.as_str()
            aria-labelledby=id
            class="min-w-0 space-y-8 rounded-xl border border-line bg-canvas p-4 text-ink"
        >
            <h2 id=id class="text-lg font-semibold">
                {name}
            </h2>
            <Buttons theme />
            <Words now />
            <News />
            <Fields theme />
            <Lists theme now />
            <Panels theme />
        </section>
    }
    .into_any()
}

/// One kind of part.
#[component]
fn Kinds(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <div>
            <h3 class="mb-3 text-sm font-medium text-muted">{name}</h3>
            <div class="space-y-3">{children()}</div>
        </div>
    }
    .into_any()
}

/// The name of a part that is there once in each theme.
const fn of(theme: Theme, light: &'static str, dark: &'static str) -> &'static str {
    match theme {
        Theme::Dark => dark,
        Theme::Light | Theme::System => light,
    }
}

#[component]
fn Buttons(theme: Theme) -> impl IntoView {
    let looks = [
        ("Primary", Look::Primary),
        ("Plain", Look::Plain),
        ("Caution", Look::Caution),
        ("Danger", Look::Danger),
        ("Quiet", Look::Quiet),
    ]
    .map(|(text, look)| view! { <LinkButton text href=HERE look /> })
    .collect_view();
    view! {
        <Kinds name="Buttons and links">
            <div class="flex flex-wrap gap-2">{looks}</div>
            <p class="text-sm">
                "A sentence with " <a href=HERE class="link">
                    "a link"
                </a> " in it."
            </p>
        </Kinds>
        <Kinds name="Question">
            <ConfirmButton
                id=of(theme, "question-light", "question-dark")
                label="End session"
                name="End session Firefox on Linux"
                question="End the session in Firefox on Linux?"
                consequence="Whoever uses it is signed out at once and has to sign in again."
                action="/dev/nothing"
            />
        </Kinds>
        <Kinds name="Theme">
            <div class="flex">
                <ThemeSwitch />
            </div>
        </Kinds>
    }
    .into_any()
}

#[component]
fn Words(now: UnixMillis) -> impl IntoView {
    let ago = move |seconds: i64| UnixMillis(now.0 - seconds * 1_000);
    view! {
        <Kinds name="Badges">
            <p class="line">
                <Badge tone=Tone::Plain text="Plain" />
                <Badge tone=Tone::Accent text="Accent" />
                <Badge tone=Tone::Good text="Good" />
                <Badge tone=Tone::Caution text="Caution" />
                <Badge tone=Tone::Bad text="Bad" />
                <RoleBadge role=Role::Administrator />
                <UserStateBadge state=UserState::Disabled />
                <OutcomeBadge outcome=Outcome::Failure />
            </p>
        </Kinds>
        <Kinds name="Times, people, addresses">
            <p class="text-sm">
                <When at=ago(200) /> " · " <Day at=ago(90 * 86_400) /> " · "
                <Stamp at=ago(200) />
            </p>
            <p class="text-sm">
                "On " <Moment at=ago(200) />
            </p>
            <p class="line text-sm">
                <Avatar name="ada" />
                <PersonLink user=UserLink {
                    id: String::new(),
                    name: "ada".to_owned(),
                } />
                <Address address="2001:db8:85a3:8d3:1319:8a2e:370:7348".to_owned() />
            </p>
        </Kinds>
    }
    .into_any()
}

#[component]
fn News() -> impl IntoView {
    view! {
        <Kinds name="Banners">
            <NoticeBanner notice=Notice::SessionEnded />
            <NoticeBanner notice=Notice::NothingChanged />
            <NoticeBanner notice=Notice::EndedByAdministrator />
            <Banner tone=Tone::Bad>"That name and password do not match."</Banner>
            <ErrorSummary form=None fields=vec![("light", "Username", true)] />
        </Kinds>
    }
    .into_any()
}

#[component]
fn Fields(theme: Theme) -> impl IntoView {
    let roles = || vec![("user".to_owned(), "User".to_owned())];
    let providers = vec![
        ProviderButton {
            id: "google".to_owned(),
            name: "Google".to_owned(),
            icon: Some(ProviderIcon::Google),
        },
        ProviderButton {
            id: "works".to_owned(),
            name: "Works".to_owned(),
            icon: None,
        },
    ];
    let name = of(theme, "user-light", "user-dark");
    let asked = Asked::new()
        .with(name, "ann")
        .wrong(name, "No user has a name or an address that begins so.");
    let day = of(theme, "from-light", "from-dark");
    let fields = vec![
        filter_text(&asked, name, "User", "Name or address"),
        view! { <DateField name=day label="From" value="2026-01-31" /> }.into_any(),
    ];
    let network = of(theme, "network-light", "network-dark");
    let more = vec![(
        network,
        filter_text(&asked, network, "Network", "192.0.2.0/24"),
    )];
    view! {
        <Kinds name="Fields">
            <PostForm action="/dev/nothing" class="space-y-4">
                <Field
                    name=of(theme, "empty-light", "empty-dark")
                    label="Empty"
                    kind=Kind::Username
                    optional=true
                />
                <Field
                    name=of(theme, "wrong-light", "wrong-dark")
                    label="Wrong"
                    kind=Kind::Email
                    value="nobody"
                    error=Some("That is not an e-mail address.".to_owned())
                />
                <Field
                    name=of(theme, "new-light", "new-dark")
                    label="With a hint"
                    kind=Kind::NewPassword
                />
                <Choice
                    name=of(theme, "choice-light", "choice-dark")
                    label="Choice"
                    options=roles()
                    chosen="user"
                    none="Any role"
                />
                <NoteField name=of(theme, "note-light", "note-dark") label="Note" value="" />
                <CopyField
                    id=of(theme, "copy-light", "copy-dark")
                    label="To be copied"
                    value="https://id.example.org/invitation?code=7sD1kQ"
                />
                <Submit text="Send" />
            </PostForm>
        </Kinds>
        <Kinds name="Filter">
            <Filter
                path=HERE
                name=of(theme, "Filter in light", "Filter in dark")
                asked
                fields
                more
            />
        </Kinds>
        <Kinds name="Providers">
            <ProviderLinks providers />
        </Kinds>
    }
    .into_any()
}

#[component]
fn Lists(theme: Theme, now: UnixMillis) -> impl IntoView {
    let rows = [
        ("ada", Tone::Good, "Live"),
        ("grace.hopper", Tone::Plain, "Ended"),
    ]
    .map(|(name, tone, text)| {
        view! {
            <Row>
                <Cell>
                    <PersonLink user=UserLink {
                        id: String::new(),
                        name: name.to_owned(),
                    } />
                </Cell>
                <Cell label="State">
                    <Badge tone text />
                </Cell>
                <Cell label="Since">
                    <When at=UnixMillis(now.0 - 3_000_000) />
                </Cell>
            </Row>
        }
    })
    .collect_view();
    view! {
        <Kinds name="Table and pager">
            <div class="card">
                <Table
                    caption=of(theme, "A table in light", "A table in dark")
                    columns=vec!["User", "State", "Since"]
                >
                    {rows}
                </Table>
            </div>
            <Pager
                name=of(theme, "Pages in light", "Pages in dark")
                first=Some(HERE.to_owned())
                next=Some(HERE.to_owned())
            />
        </Kinds>
        <Kinds name="Nothing in it">
            <div class="card">
                <Empty
                    glyph=Glyph::Search
                    title="No sessions match"
                    text="Nothing is filtered away when you clear the filter."
                />
            </div>
        </Kinds>
    }
    .into_any()
}

#[component]
fn Panels(theme: Theme) -> impl IntoView {
    view! {
        <Kinds name="Facts">
            <div class="card px-4">
                <Facts>
                    <Fact name="Role">
                        <RoleBadge role=Role::Auditor />
                    </Fact>
                    <Fact name="Id">
                        <span class="mono">"019b7a5d-ac96-774b-bcce-00b30209b96f"</span>
                    </Fact>
                </Facts>
            </div>
        </Kinds>
        <Kinds name="Code">
            <Code text="curl -H \"Authorization: Bearer $TOKEN\" https://id.example.org/api/me" />
        </Kinds>
        <Card
            title="Card"
            id=of(theme, "card-light", "card-dark")
            text="A panel of its own, with a heading and a sentence."
        >
            <LinkButton text="See sessions" href=HERE look=Look::Plain />
        </Card>
    }
    .into_any()
}
