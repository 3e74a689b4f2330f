//! What else is to be looked at: what the same user and the same address hold.

use latchkey_types::isolated;
use leptos::prelude::*;

use crate::{
    component::{
        Card, ConfirmButton, Empty, EndFamiliesOfUser, FamilyTable, Glyph, Holder, SessionTable,
        Whose,
    },
    page::{
        families::{FamiliesOfUser, FamilyItem},
        sessions::SessionItem,
    },
    words::{common, threats::related as words},
};

/// Everything else that is live of the same user and of the same address.
#[component]
pub(super) fn Related(
    of_user: FamiliesOfUser,
    families_of_user: Vec<FamilyItem>,
    sessions_of_user: Vec<SessionItem>,
    address: String,
    families_of_address: Vec<FamilyItem>,
    sessions_of_address: Vec<SessionItem>,
    may_end: bool,
    back: String,
) -> impl IntoView {
    let user = of_user.user.clone();
    let end_families = {
        let (of, back) = (of_user.clone(), back.clone());
        let shown = may_end && of.live.count > 0;
        move || {
            shown.then(|| {
                view! { <EndFamiliesOfUser of=of.clone() back=Some(back.clone()) /> }
            })
        }
    };
    let end_sessions = {
        let (user, back) = (user.clone(), back.clone());
        let shown = may_end && !sessions_of_user.is_empty();
        move || {
            shown.then(|| {
                view! {
                    <ConfirmButton
                        id="end-sessions"
                        label=common::END_ALL_SESSIONS
                        name=common::end_all_sessions_of(&isolated(&user.name))
                        question=common::end_all_sessions_question(&isolated(&user.name))
                        consequence=common::SIGNED_OUT_AT_ONCE
                        action=format!("/admin/users/{}/end-sessions", user.id)
                        back=Some(back.clone())
                    />
                }
            })
        }
    };
    let families = if families_of_user.is_empty() {
        view! {
            <Empty glyph=Glyph::Program title=words::NO_OTHERS text=words::NO_OTHER_PROGRAM />
        }
        .into_any()
    } else {
        view! {
            <FamilyTable
                holder=Holder::OneUser
                families=families_of_user
                may_end
                back=back.clone()
            />
        }
        .into_any()
    };
    let sessions = if sessions_of_user.is_empty() {
        view! {
            <Empty glyph=Glyph::Monitor title=common::NOT_SIGNED_IN text=common::NO_BROWSER />
        }
        .into_any()
    } else {
        view! {
            <SessionTable
                whose=Whose::OneUser
                sessions=sessions_of_user
                may_end
                back=back.clone()
            />
        }
        .into_any()
    };
    let all_families = format!("/admin/families?user={}", user.id);
    let all_sessions = format!("/admin/sessions?user={}", user.id);
    view! {
        <h2 class="mt-8 mb-4 text-lg font-semibold tracking-tight text-ink wrap-anywhere">
            {words::of_user(&isolated(&user.name))}
        </h2>
        <div class="grid min-w-0 gap-4">
            <Card title=words::OTHER_API_SIGN_INS id="families" flush=true aside=end_families>
                {families}
                <All text=words::ALL_API_SIGN_INS href=all_families />
            </Card>
            <Card title=words::BROWSER_SESSIONS id="sessions" flush=true aside=end_sessions>
                {sessions}
                <All text=words::ALL_SESSIONS href=all_sessions />
            </Card>
        </div>
        <OfAddress address families=families_of_address sessions=sessions_of_address may_end back />
    }
    .into_any()
}

/// What others hold from the address that presented the token.
#[component]
fn OfAddress(
    address: String,
    families: Vec<FamilyItem>,
    sessions: Vec<SessionItem>,
    may_end: bool,
    back: String,
) -> impl IntoView {
    if families.is_empty() && sessions.is_empty() {
        return view! {
            <p class="mt-8 text-sm text-muted wrap-anywhere">
                {words::nobody_at(&address)}
            </p>
        }
        .into_any();
    }
    let families_back = back.clone();
    let families_there = format!("/admin/families?address={address}");
    let sessions_there = format!("/admin/sessions?address={address}");
    let families = (!families.is_empty()).then(|| {
        view! {
            <Card title=words::API_SIGN_INS_OF_OTHERS id="families-there" flush=true>
                <FamilyTable holder=Holder::Everybody families may_end back=families_back />
                <All text=words::API_SIGN_INS_THERE href=families_there />
            </Card>
        }
    });
    let sessions = (!sessions.is_empty()).then(|| {
        view! {
            <Card title=words::SESSIONS_OF_OTHERS id="sessions-there" flush=true>
                <SessionTable whose=Whose::Everybody sessions may_end back />
                <All text=words::SESSIONS_THERE href=sessions_there />
            </Card>
        }
    });
    view! {
        <h2 class="mt-8 mb-1 text-lg font-semibold tracking-tight text-ink wrap-anywhere">
            {words::others_at(&address)}
        </h2>
        <p class="mb-4 text-sm text-muted">{words::ADDRESS}</p>
        <div class="grid min-w-0 gap-4">{families} {sessions}</div>
    }
    .into_any()
}

/// Where the whole list is: these hold the newest live ones.
#[component]
fn All(text: &'static str, href: String) -> impl IntoView {
    view! {
        <p class="border-t border-line px-4 py-3 text-sm sm:px-6">
            <a href=href class="link">
                {text}
            </a>
        </p>
    }
    .into_any()
}
