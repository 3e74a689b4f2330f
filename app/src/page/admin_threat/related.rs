//! What else is to be looked at: what the same user holds, and what came from either side's address.

use latchkey_types::isolated;
use leptos::prelude::*;

use super::AddressItem;
use crate::{
    component::{
        Card, ConfirmButton, Empty, EndFamiliesOfUser, FamilyTable, Glyph, Holder, IncidentTable,
        SessionTable, Whose,
    },
    page::{
        families::{FamiliesOfUser, FamilyItem},
        sessions::SessionItem,
    },
    words::{common, threats::related as words},
};

/// The names of what stands there for each address.
const IDS: [[&str; 3]; 2] = [
    ["families-there", "sessions-there", "incidents-there"],
    ["families-yonder", "sessions-yonder", "incidents-yonder"],
];

/// Everything else that is live of the same user, and what others hold and did at both addresses:
/// which of the two sides is the thief, nobody knows.
#[component]
pub(super) fn Related(
    of_user: FamiliesOfUser,
    families_of_user: Vec<FamilyItem>,
    sessions_of_user: Vec<SessionItem>,
    there: Vec<AddressItem>,
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
    let there = there
        .into_iter()
        .zip(IDS)
        .map(|(place, ids)| view! { <OfAddress place ids may_end back=back.clone() /> })
        .collect_view();
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
        {there}
    }
    .into_any()
}

/// What others hold and did at the address of a side.
#[component]
fn OfAddress(
    place: AddressItem,
    /// Names of the headings.
    ids: [&'static str; 3],
    may_end: bool,
    back: String,
) -> impl IntoView {
    let address = place.address;
    if place.families.is_empty() && place.sessions.is_empty() && place.incidents.is_empty() {
        return view! {
            <p class="mt-8 text-sm text-muted wrap-anywhere">
                {words::nobody_at(&address, place.side)}
            </p>
        }
        .into_any();
    }
    let [families_id, sessions_id, incidents_id] = ids;
    let families_back = back.clone();
    let families_there = format!("/admin/families?used_from={address}");
    let sessions_there = format!("/admin/sessions?used_from={address}");
    let incidents_there = format!("/admin/threats?address={address}");
    let families = (!place.families.is_empty()).then(|| {
        view! {
            <Card title=words::API_SIGN_INS_OF_OTHERS id=families_id flush=true>
                <FamilyTable
                    holder=Holder::Everybody
                    families=place.families
                    may_end
                    back=families_back
                />
                <All text=words::API_SIGN_INS_THERE href=families_there />
            </Card>
        }
    });
    let sessions = (!place.sessions.is_empty()).then(|| {
        view! {
            <Card title=words::SESSIONS_OF_OTHERS id=sessions_id flush=true>
                <SessionTable whose=Whose::Everybody sessions=place.sessions may_end back />
                <All text=words::SESSIONS_THERE href=sessions_there />
            </Card>
        }
    });
    let incidents = (!place.incidents.is_empty()).then(|| {
        view! {
            <Card
                title=words::INCIDENTS_OF_OTHERS
                id=incidents_id
                text=words::INCIDENTS_TEXT
                flush=true
            >
                <IncidentTable incidents=place.incidents />
                <All text=words::INCIDENTS_THERE href=incidents_there />
            </Card>
        }
    });
    view! {
        <h2 class="mt-8 mb-1 text-lg font-semibold tracking-tight text-ink wrap-anywhere">
            {words::others_at(&address)}
        </h2>
        <p class="mb-4 text-sm text-muted">{words::address(place.side)}</p>
        <div class="grid min-w-0 gap-4">{families} {sessions} {incidents}</div>
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
