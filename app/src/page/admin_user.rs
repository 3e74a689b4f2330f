//! The view of `/admin/users/{id}`.

use latchkey_types::{UserState, isolated, visible};
use leptos::prelude::*;

use super::{
    account::Email,
    admin_users::{AdminUserPage, UserItem},
    connections::ConnectionsOfUser,
    families::{FamiliesOfUser, FamilyItem},
    sessions::SessionItem,
};
use crate::{
    Frame, Page,
    component::{
        Avatar, BackLink, Card, ConfirmButton, Day, Empty, EndFamiliesOfUser, EventFeed, Fact,
        Facts, FamilyTable, Glyph, Holder, Look, PostForm, RoleBadge, SessionTable, Submit,
        UserStateBadge, When, Whose, WordChoice,
    },
    phrase::counted,
};

impl Page for AdminUserPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let events = if self.events.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Check
                    title="Nothing on the record"
                    text="No event is about this user yet."
                />
            }
            .into_any()
        } else {
            view! { <EventFeed events=self.events /> }.into_any()
        };
        let families_back = self.back.clone();
        let manage = self
            .may_manage
            .then(|| view! { <Manage user=self.user.clone() is_self=self.is_self /> });
        view! {
            <BackLink text="All users" href="/admin/users" />
            <div class="beside">
                <div class="grid min-w-0 gap-4">
                    <Profile user=self.user.clone() is_self=self.is_self />
                    <LiveSessions
                        user=self.user
                        sessions=self.sessions
                        truncated=self.sessions_truncated
                        may_end=self.may_end
                        back=self.back
                    />
                    <LiveFamilies
                        families=self.families
                        of_user=self.of_user
                        may_end=self.may_end
                        back=families_back
                    />
                    <ConnectionsOfUser connections=self.connections />
                    <Card title="Newest events" id="events" flush=true>
                        {events}
                    </Card>
                </div>
                {manage}
            </div>
        }
        .into_any()
    }
}

#[component]
fn Profile(user: UserItem, is_self: bool) -> impl IntoView {
    let disabled = user.disabled_at.map(|at| {
        view! {
            <span class="text-muted">"since " <When at /></span>
        }
    });
    view! {
        <section class="card px-4 py-5 sm:px-6" aria-labelledby="who">
            <div class="flex items-center gap-4 pb-4">
                <Avatar name=user.username.clone() />
                <div class="min-w-0">
                    <h1
                        id="who"
                        class="text-xl font-semibold tracking-tight text-ink wrap-anywhere"
                    >
                        {visible(&user.username).into_owned()}
                    </h1>
                    {is_self.then(|| view! { <p class="text-sm text-muted">"This is you."</p> })}
                </div>
            </div>
            <Facts>
                <Fact name="E-mail address">
                    <Email address=user.email verified=user.email_verified />
                </Fact>
                <Fact name="Role">
                    <RoleBadge role=user.role />
                </Fact>
                <Fact name="State">
                    <UserStateBadge state=user.state />
                    {disabled}
                </Fact>
                <Fact name="Account since">
                    <Day at=user.created_at />
                </Fact>
                <Fact name="Id">
                    <span class="mono">{user.id}</span>
                </Fact>
            </Facts>
        </section>
    }
    .into_any()
}

#[component]
fn LiveSessions(
    user: UserItem,
    sessions: Vec<SessionItem>,
    truncated: bool,
    may_end: bool,
    back: String,
) -> impl IntoView {
    let number = u64::try_from(sessions.len()).unwrap_or(u64::MAX);
    if sessions.is_empty() {
        return view! {
            <Card title="Live sessions" id="sessions" flush=true>
                <Empty glyph=Glyph::Monitor title="Not signed in" text="No browser is signed in as this user." />
            </Card>
        }
        .into_any();
    }
    let how_many = if truncated {
        format!("all their sessions, more than {number}")
    } else {
        counted(number, "session", "sessions")
    };
    let name = isolated(&user.username).into_owned();
    let action = format!("/admin/users/{}/end-sessions", user.id);
    let end_all = move || {
        may_end.then(|| {
            view! {
                <ConfirmButton
                    id="end-all"
                    label="End all sessions"
                    name=format!("End all sessions of {name}")
                    question=format!("End all sessions of {name}?")
                    consequence=format!(
                        "Ends {how_many}. Their browsers are signed out at once and may sign in again.",
                    )
                    action=action.clone()
                />
            }
        })
    };
    let more = truncated.then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted sm:px-6">
                {format!("There are more: only the newest {number} are shown.")}
            </p>
        }
    });
    view! {
        <Card title="Live sessions" id="sessions" flush=true aside=end_all>
            <SessionTable whose=Whose::OneUser sessions may_end back=back />
            {more}
        </Card>
    }
    .into_any()
}

/// The programs that hold tokens of the user's.
#[component]
fn LiveFamilies(
    families: Vec<FamilyItem>,
    of_user: FamiliesOfUser,
    may_end: bool,
    back: String,
) -> impl IntoView {
    if families.is_empty() {
        return view! {
            <Card title="Live API sign-ins" id="families" flush=true>
                <Empty
                    glyph=Glyph::Program
                    title="No API sign-ins"
                    text="No program holds tokens of this user."
                />
            </Card>
        }
        .into_any();
    }
    let shown = families.len() as u64;
    let all = format!("/admin/families?user={}", of_user.user.id);
    let more = (of_user.live.count > shown).then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted sm:px-6">
                {format!("The newest {shown} of {}. ", of_user.live.text())}
                <a href=all class="link">
                    "See all"
                </a>
            </p>
        }
    });
    let end_all = {
        let back = back.clone();
        move || {
            may_end.then(|| {
                view! { <EndFamiliesOfUser of=of_user.clone() back=Some(back.clone()) /> }
            })
        }
    };
    view! {
        <Card title="Live API sign-ins" id="families" flush=true aside=end_all>
            <FamilyTable holder=Holder::OneUser families may_end back=back />
            {more}
        </Card>
    }
    .into_any()
}

/// What an administrator may do to a user.
#[component]
fn Manage(user: UserItem, is_self: bool) -> impl IntoView {
    let action = format!("/admin/users/{}/role", user.id);
    let role = user.role;
    view! {
        <div class="grid min-w-0 gap-4">
        <Card title="Role" id="change-role" text=role_text(is_self)>
            <PostForm action=action class="space-y-4">
                <WordChoice
                    name="role"
                    label="New role"
                    chosen=Some(role)
                />
                <Submit text="Change role" look=Look::Plain />
            </PostForm>
        </Card>
        <Standing user />
        </div>
    }
    .into_any()
}

const fn role_text(is_self: bool) -> &'static str {
    if is_self {
        "This is your own role: giving it up takes effect at once, and only another administrator can give it back."
    } else {
        "Administrators see and change everything, auditors see everything, users have no console. It takes effect at once."
    }
}

#[component]
fn Standing(user: UserItem) -> impl IntoView {
    let name = isolated(&user.username).into_owned();
    match user.state {
        UserState::Active => view! {
            <Card
                title="Disable"
                id="disable"
                text="A disabled user keeps their account but cannot sign in."
            >
                <ConfirmButton
                    id="disable-user"
                    label="Disable user"
                    name=format!("Disable user {name}")
                    question=format!("Disable {name}?")
                    consequence="All their sessions and API sign-ins end at once, and they cannot sign in until they are enabled again."
                    action=format!("/admin/users/{}/disable", user.id)
                />
            </Card>
        }
        .into_any(),
        UserState::Disabled => view! {
            <Card
                title="Enable"
                id="enable"
                text="This user cannot sign in. Enabling lets them, in the ways they could before."
            >
                <PostForm action=format!("/admin/users/{}/enable", user.id)>
                    <Submit text="Enable user" look=Look::Plain />
                </PostForm>
            </Card>
        }
        .into_any(),
    }
}
