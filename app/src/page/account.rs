//! `/account`

use latchkey_types::{IncidentId, Role, UnixMillis, isolated, visible};
use leptos::prelude::*;

use super::families::SightItem;
use crate::{
    Frame, Page,
    component::{
        Address, Avatar, Badge, Banner, Card, Day, Fact, Facts, Heading, LinkButton, Look, Moment,
        PostForm, RoleBadge, Submit, Tone,
    },
    words::{
        account::{self as words, theft},
        common,
    },
};

/// The user's own account.
#[derive(Debug, Clone)]
pub struct AccountPage {
    /// Their name.
    pub username: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Whether it is verified.
    pub email_verified: bool,
    /// Their role.
    pub role: Role,
    /// When the account was made.
    pub created_at: UnixMillis,
    /// Whether they have a password.
    pub has_password: bool,
    /// How many of their sessions are live, this one included.
    pub live_sessions: u64,
    /// How many of their API sign-ins are live.
    pub live_families: u64,
    /// Thefts of which they have not been told, newest first.
    ///
    /// Form: POST `/account/threats/dismiss` (`csrf`, `incidents`, `next`).
    pub thefts: Vec<TheftItem>,
    /// Where they were going when they were led here first: a path of this server.
    pub next: Option<String>,
}

/// A theft, as its victim is told of it.
#[derive(Debug, Clone)]
pub struct TheftItem {
    /// Its id.
    pub incident_id: IncidentId,
    /// Who rotated the token.
    pub rotated: SightItem,
    /// Who presented it again. Which of the two is the thief, nobody can tell.
    pub replayed: SightItem,
}

impl Page for AccountPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let others = self.live_sessions.saturating_sub(1);
        let browsers = if others == 0 {
            common::THIS_BROWSER_ONLY.to_owned()
        } else {
            words::this_browser_and(others)
        };
        let sessions_text = if self.live_families == 0 {
            browsers
        } else {
            words::with_programs(&browsers, self.live_families)
        };
        let (password_text, password_button) = if self.has_password {
            (words::CHANGING, common::CHANGE_PASSWORD)
        } else {
            (words::NO_PASSWORD, common::SET_A_PASSWORD)
        };
        let next = self.next.clone().unwrap_or_default();
        let thefts =
            (!self.thefts.is_empty()).then(|| view! { <Thefts thefts=self.thefts next /> });
        let on = self.next.map(|href| {
            view! {
                <p class="mb-6">
                    <LinkButton text=theft::GO_ON href />
                </p>
            }
        });
        view! {
            {thefts}
            {on}
            <Heading title=common::ACCOUNT text=words::ABOUT />
            <div class="beside">
                <section class="card px-4 py-5 sm:px-6" aria-labelledby="who">
                    <div class="flex items-center gap-4 pb-4">
                        <Avatar name=self.username.clone() />
                        <div class="min-w-0">
                            <h2 id="who" class="text-lg font-semibold text-ink wrap-anywhere">
                                {self.username.clone()}
                            </h2>
                            <p class="text-sm text-muted">{words::role(self.role)}</p>
                        </div>
                    </div>
                    <Facts>
                        <Fact name=common::EMAIL_ADDRESS>
                            <Email address=self.email verified=self.email_verified />
                        </Fact>
                        <Fact name=common::ROLE>
                            <RoleBadge role=self.role />
                        </Fact>
                        <Fact name=common::ACCOUNT_SINCE>
                            <Day at=self.created_at />
                        </Fact>
                    </Facts>
                </section>
                <div class="grid gap-4">
                    <Card title=common::SESSIONS id="sessions" text=sessions_text>
                        <LinkButton text=words::SEE_SESSIONS href="/account/sessions" look=Look::Plain />
                    </Card>
                    <Card title=common::PASSWORD id="password" text=password_text>
                        <LinkButton
                            text=password_button
                            href="/account/security"
                            look=Look::Plain
                        />
                    </Card>
                </div>
            </div>
        }
        .into_any()
    }
}

/// Tells somebody that tokens of theirs were used by somebody else, and what to do next.
#[component]
fn Thefts(thefts: Vec<TheftItem>, next: String) -> impl IntoView {
    let title = if thefts.len() == 1 {
        theft::ONE
    } else {
        theft::MANY
    };
    let told = thefts
        .iter()
        .map(|theft| theft.incident_id.to_string())
        .collect::<Vec<_>>()
        .join(",");
    let stories = thefts
        .into_iter()
        .map(|theft| {
            let (one, other) = (theft.rotated, theft.replayed);
            view! {
                <p class="mt-1 font-normal">
                    {theft::ON} <Moment at=other.at />
                    {theft::held_by(&one.agent.name_within())}
                    <Address address=one.address />
                    {theft::and_by(&other.agent.name_within())}
                    <Address address=other.address /> "."
                </p>
            }
        })
        .collect_view();
    view! {
        <Banner tone=Tone::Bad>
            <p class="font-semibold">{title}</p>
            {stories}
            <p class="mt-1 font-normal">
                {theft::ONE_TOO_MANY}
                <a href="/account/security" class="underline underline-offset-2">
                    {theft::CHANGE_YOUR_PASSWORD}
                </a>
                ", "
                <a href="/account/sessions" class="underline underline-offset-2">
                    {theft::LOOK_THROUGH}
                </a>
                {theft::LOOK_AT_DEVICE}
            </p>
            <PostForm action="/account/threats/dismiss" class="mt-3">
                <input type="hidden" name="incidents" value=told />
                {(!next.is_empty()).then(|| view! { <input type="hidden" name="next" value=next /> })}
                <Submit text=theft::READ look=Look::Plain />
            </PostForm>
        </Banner>
    }
    .into_any()
}

/// An e-mail address, and whether its owner proved that it is theirs.
#[component]
pub(super) fn Email(
    /// The address, if there is one.
    address: Option<String>,
    /// Whether it is verified.
    verified: bool,
    /// Whether a long one is cut off: in tables.
    #[prop(optional)]
    cut: bool,
) -> impl IntoView {
    let class = if cut { "cut" } else { "wrap-anywhere" };
    match address {
        Some(address) => {
            let address = visible(&address).into_owned();
            let badge = if verified {
                view! { <Badge tone=Tone::Good text=words::VERIFIED /> }
            } else {
                view! { <Badge tone=Tone::Caution text=words::NOT_VERIFIED /> }
            };
            view! {
                <span class=class title=isolated(&address).into_owned()>
                    <bdi>{address.clone()}</bdi>
                </span>
                {badge}
            }
            .into_any()
        }
        None => view! { <span class="text-muted">{words::NO_EMAIL_ADDRESS}</span> }.into_any(),
    }
}
