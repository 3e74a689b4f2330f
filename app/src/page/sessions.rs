//! `/account/sessions`

use latchkey_types::{EndReason, SessionId, SignInMethod, UnixMillis};
use leptos::prelude::*;

use super::families::FamilyItem;
use crate::{
    Frame, Page,
    component::{
        Card, ConfirmButton, Empty, FamilyTable, Glyph, Heading, Holder, SessionTable, Whose,
    },
    words::{common, part, sessions::own as words},
};

/// One session as every list shows it.
#[derive(Debug, Clone)]
pub struct SessionItem {
    /// Its id.
    pub session_id: SessionId,
    /// Whose it is: id as text and name. Not shown on the account page.
    pub user: UserLink,
    /// `Firefox`; empty where not understood.
    pub browser: String,
    /// `Windows 10`; empty where not understood.
    pub system: String,
    /// `desktop`, `phone`, …; empty where not understood.
    pub device: String,
    /// The whole user agent, for a title.
    pub user_agent: String,
    /// Where it was signed in.
    pub address: String,
    /// The network of that address, e.g. `192.0.2.0/24`.
    pub network: String,
    /// Where it was last used.
    pub last_address: String,
    /// How it was signed in.
    pub method: SignInMethod,
    /// With which provider, where with one and it is known.
    pub provider: Option<String>,
    /// When it was signed in.
    pub created_at: UnixMillis,
    /// When it was last used.
    pub last_seen_at: UnixMillis,
    /// When it ends at the latest.
    pub expires_at: UnixMillis,
    /// Why, when and by whom it ended.
    pub ended: Option<EndedItem>,
    /// Whether it is the viewer's own current session.
    pub is_current: bool,
}

/// How a session ended.
#[derive(Debug, Clone)]
pub struct EndedItem {
    /// When.
    pub at: UnixMillis,
    /// Why.
    pub reason: EndReason,
    /// By whom, if somebody did.
    pub by: Option<UserLink>,
}

/// A user's name with a link to their page in the console.
#[derive(Debug, Clone, Default)]
pub struct UserLink {
    /// The id as text; empty where there is none.
    pub id: String,
    /// The name; where the user is gone, the short id.
    pub name: String,
}

/// The user's own live sessions, the current one first.
///
/// Forms: POST `/account/sessions/{id}/end` (`csrf`), POST `/account/sessions/end-others`
/// (`csrf`). Ending the current one is POST `/logout` (`csrf`).
#[derive(Debug, Clone)]
pub struct SessionsPage {
    /// The sessions.
    pub sessions: Vec<SessionItem>,
    /// There are more than are shown.
    pub truncated: bool,
    /// The user's live API sign-ins, newest first.
    ///
    /// Form of each: POST `/account/families/{id}/end` (`csrf`).
    pub families: Vec<FamilyItem>,
    /// There are more of them than are shown.
    pub families_truncated: bool,
}

impl Page for SessionsPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let shown = u64::try_from(self.sessions.len()).unwrap_or(u64::MAX);
        let others = self
            .sessions
            .iter()
            .filter(|session| !session.is_current)
            .count();
        let end_others = (others > 0).then(|| {
            view! {
                <ConfirmButton
                    id="end-others"
                    label=words::END_OTHERS
                    name=words::END_OTHERS
                    question=words::END_OTHERS_QUESTION
                    consequence=words::ending_others(others, self.truncated)
                    action="/account/sessions/end-others"
                />
            }
        });
        view! {
            <Heading
                title=common::SESSIONS
                text=words::ABOUT
            >
                {end_others}
            </Heading>
            <div class="card">
                <SessionTable whose=Whose::Own sessions=self.sessions may_end=true />
            </div>
            {(others == 0)
                .then(|| {
                    view! {
                        <p class="mt-4 text-sm text-muted">
                            {common::THIS_BROWSER_ONLY}
                        </p>
                    }
                })}
            {self
                .truncated
                .then(|| {
                    view! {
                        <p class="mt-4 text-sm text-muted">
                            {words::more(shown)}
                        </p>
                    }
                })}
            <OwnFamilies families=self.families truncated=self.families_truncated />
        }
        .into_any()
    }
}

/// Programs that hold tokens of the user's.
#[component]
fn OwnFamilies(families: Vec<FamilyItem>, truncated: bool) -> impl IntoView {
    let shown = u64::try_from(families.len()).unwrap_or(u64::MAX);
    let list = if families.is_empty() {
        view! {
            <Empty
                glyph=Glyph::Program
                title=common::NO_API_SIGN_INS
                text=words::NO_PROGRAM
            />
        }
        .into_any()
    } else {
        view! { <FamilyTable holder=Holder::Own families may_end=true /> }.into_any()
    };
    let more = truncated.then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted sm:px-6">
                {part::only_shown(&common::api_sign_ins(shown))}
            </p>
        }
    });
    view! {
        <div class="mt-8">
            <Card
                title=common::API_SIGN_INS
                id="families"
                text=words::PROGRAMS
                flush=true
            >
                {list}
                {more}
            </Card>
        </div>
    }
    .into_any()
}
