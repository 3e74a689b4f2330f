//! The view of `/admin/users/{id}`.

#[expect(unreachable_pub, reason = "what the component macro writes is public")]
mod manage;

use latchkey_types::{UnixMillis, UserState, isolated, visible};
use leptos::prelude::*;

use self::manage::Manage;
use super::{
    account::Email,
    admin_users::{AdminUserPage, UserItem, Waiting},
    connections::ConnectionsOfUser,
    families::{FamiliesOfUser, FamilyItem},
    sessions::SessionItem,
};
use crate::{
    Frame, Page, Tally,
    component::{
        Avatar, BackLink, Badge, Card, ConfirmButton, Day, Empty, EndFamiliesOfUser, EventFeed,
        Fact, Facts, FamilyTable, Glyph, Holder, Look, PersonLink, PostForm, ProofNote, RoleBadge,
        SessionTable, Submit, Tone, UserStateBadge, When, Whose,
    },
    words::{common, users::one as words},
};

impl Page for AdminUserPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let events = if self.events.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Check
                    title=common::NOTHING_ON_RECORD
                    text=words::NO_EVENT
                />
            }
            .into_any()
        } else {
            view! { <EventFeed events=self.events /> }.into_any()
        };
        let families_back = self.back.clone();
        let (user_id, live_families) = (self.user.id.clone(), self.of_user.live);
        let waits = self.waiting.is_some();
        let waiting = self.waiting.map(|waiting| {
            let may_renew = self.may_manage && self.user.state == UserState::Active;
            view! { <NobodyYet user_id=user_id.clone() waiting may_renew /> }
        });
        let proof = (self.needs_fresh_proof && (self.may_manage || self.may_end))
            .then(|| view! { <ProofNote back=self.back.clone() /> });
        let manage = self.may_manage.then(|| {
            view! {
                <Manage
                    user=self.user.clone()
                    is_self=self.is_self
                    is_last=self.is_last_administrator
                    ends=ends(self.sessions.len(), self.sessions_truncated, live_families)
                />
            }
        });
        let record = format!("/admin/audit?user={user_id}");
        let sign_ins = format!("{record}&kind=sign_in");
        let see_record = move || {
            view! {
                <span class="flex flex-wrap gap-x-4 text-sm">
                    <a href=sign_ins.clone() class="link py-0.5">{common::SIGN_INS}</a>
                    <a href=record.clone() class="link py-0.5">{words::ALL_EVENTS}</a>
                </span>
            }
        };
        view! {
            <BackLink text=common::ALL_USERS href="/admin/users" />
            {proof}
            <div class="beside">
                <div class="grid min-w-0 gap-4">
                    <Profile
                        user=self.user.clone()
                        is_self=self.is_self
                        last_sign_in=self.last_sign_in
                        waits
                    />
                    {waiting}
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
                    <EndedSessions user_id sessions=self.ended />
                    <Card title=common::NEWEST_EVENTS id="events" flush=true aside=see_record>
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
fn Profile(
    user: UserItem,
    is_self: bool,
    last_sign_in: Option<UnixMillis>,
    waits: bool,
) -> impl IntoView {
    let last_sign_in = match last_sign_in {
        Some(at) => view! { <When at /> }.into_any(),
        None => view! { <span class="text-muted">{words::NEVER}</span> }.into_any(),
    };
    let awaited = waits.then(|| view! { <Badge tone=Tone::Caution text=common::NOT_ARRIVED /> });
    let disabled = user.disabled_at.map(|at| {
        view! {
            <span class="text-muted">{words::SINCE} <When at /></span>
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
                    {is_self.then(|| view! { <p class="text-sm text-muted">{words::IS_YOU}</p> })}
                </div>
            </div>
            <Facts>
                <Fact name=common::EMAIL_ADDRESS>
                    <Email address=user.email verified=user.email_verified />
                </Fact>
                <Fact name=common::ROLE>
                    <RoleBadge role=user.role />
                </Fact>
                <Fact name=common::STATE>
                    <UserStateBadge state=user.state />
                    {disabled}
                    {awaited}
                </Fact>
                <Fact name=words::LAST_SIGN_IN>{last_sign_in}</Fact>
                <Fact name=common::ACCOUNT_SINCE>
                    <Day at=user.created_at />
                </Fact>
                <Fact name=common::ID>
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
            <Card title=common::LIVE_SESSIONS id="sessions" flush=true>
                <Empty glyph=Glyph::Monitor title=common::NOT_SIGNED_IN text=common::NO_BROWSER />
            </Card>
        }
        .into_any();
    }
    let name = isolated(&user.username).into_owned();
    let action = format!("/admin/users/{}/end-sessions", user.id);
    let end_all = move || {
        may_end.then(|| {
            view! {
                <ConfirmButton
                    id="end-all"
                    label=common::END_ALL_SESSIONS
                    name=common::end_all_sessions_of(&name)
                    question=common::end_all_sessions_question(&name)
                    consequence=words::ending_sessions(number, truncated)
                    action=action.clone()
                />
            }
        })
    };
    let more = truncated.then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted sm:px-6">
                {words::more_sessions(number)}
            </p>
        }
    });
    view! {
        <Card title=common::LIVE_SESSIONS id="sessions" flush=true aside=end_all>
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
            <Card title=words::LIVE_API_SIGN_INS id="families" flush=true>
                <Empty
                    glyph=Glyph::Program
                    title=common::NO_API_SIGN_INS
                    text=words::NO_PROGRAM
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
                {words::newest_of(shown, &of_user.live.text())}
                <a href=all class="link">
                    {words::SEE_ALL}
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
        <Card title=words::LIVE_API_SIGN_INS id="families" flush=true aside=end_all>
            <FamilyTable holder=Holder::OneUser families may_end back=back />
            {more}
        </Card>
    }
    .into_any()
}

/// What disabling or signing out ends: `3 sessions and 1 API sign-in`.
fn ends(sessions: usize, truncated: bool, families: Tally) -> String {
    let sessions = u64::try_from(sessions).unwrap_or(u64::MAX);
    words::ends(sessions, truncated, families)
}

/// Says that nobody can sign in to the account yet, and what leads its owner there.
#[component]
fn NobodyYet(user_id: String, waiting: Waiting, may_renew: bool) -> impl IntoView {
    let link = match waiting.link {
        Some((until, made_by)) => {
            let made_by = made_by.map(|user| view! { {words::MADE_BY} <PersonLink user /> ","  });
            let refused = waiting.is_refused.then_some(words::REFUSED);
            view! {
                <p class="text-sm">
                    {words::LINK_OPEN} {made_by} {words::RUNS_OUT} <When at=until /> "." {refused}
                </p>
            }
            .into_any()
        }
        None => view! { <p class="text-sm">{words::NO_LINK}</p> }.into_any(),
    };
    let since = waiting
        .since
        .map(|at| view! { <p class="mt-1 text-sm text-muted">{words::MADE} <When at /> "."</p> });
    let renew = may_renew.then(|| {
        view! {
            <PostForm action=format!("/admin/users/{user_id}/link") class="mt-4">
                <Submit text=words::MAKE_LINK look=Look::Plain />
                <p class="mt-2 text-sm text-muted">{words::LINKS_OVER}</p>
            </PostForm>
        }
    });
    view! {
        <Card
            title=common::NOT_ARRIVED
            id="waiting"
            text=words::NO_WAY_IN
        >
            {link}
            {since}
            {renew}
        </Card>
    }
    .into_any()
}

/// The sessions that ended of late.
#[component]
fn EndedSessions(user_id: String, sessions: Vec<SessionItem>) -> impl IntoView {
    if sessions.is_empty() {
        return ().into_any();
    }
    let see_all = move || {
        view! {
            <span class="flex flex-wrap gap-x-4 text-sm">
                <a href=format!("/admin/sessions?user={user_id}&state=ended") class="link py-0.5">
                    {words::ALL_ENDED_SESSIONS}
                </a>
                <a href=format!("/admin/families?user={user_id}&state=ended") class="link py-0.5">
                    {words::ENDED_API_SIGN_INS}
                </a>
            </span>
        }
    };
    view! {
        <Card title=words::ENDED_SESSIONS id="ended" flush=true aside=see_all>
            <SessionTable whose=Whose::EndedOfOneUser sessions may_end=false />
        </Card>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_is_counted_in_words() {
        let tally = |count, capped| Tally { count, capped };
        assert_eq!(
            ends(1, false, tally(2, false)),
            "1 session and 2 API sign-ins"
        );
        assert_eq!(
            ends(200, true, tally(10_000, true)),
            "more than 200 sessions and 10,000+ API sign-ins"
        );
    }
}
