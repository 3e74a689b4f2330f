//! `/admin/users` and `/admin/users/{id}`

use latchkey_types::{ListSort, Role, UnixMillis, UserState, Word as _};
use leptos::prelude::*;

use super::{
    account::Email,
    admin_audit::EventItem,
    connections::ConnectionItem,
    families::{FamiliesOfUser, FamilyItem},
    listing::{Asked, ListLinks},
    sessions::{SessionItem, UserLink},
};
use crate::{
    Frame, Page,
    component::{
        Badge, Cell, Day, Empty, Exports, Filter, Glyph, Heading, LinkButton, Look, Pager,
        PersonLink, RoleBadge, Row, Table, Tone, UserStateBadge, When, filter_order, filter_period,
        filter_text, filter_word,
    },
    words::{common, users as words},
};

/// One user as the list shows them.
#[derive(Debug, Clone)]
pub struct UserItem {
    /// The id as text.
    pub id: String,
    /// The name.
    pub username: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether it is verified.
    pub email_verified: bool,
    /// The role.
    pub role: Role,
    /// Whether they may act.
    pub state: UserState,
    /// When the account was made.
    pub created_at: UnixMillis,
    /// When they were disabled.
    pub disabled_at: Option<UnixMillis>,
    /// Since when the account waits for its owner to come by their link.
    pub awaited_since: Option<UnixMillis>,
}

/// All users: GET form with `search`, `role`, `state`, `sort`, `from`, `to`.
#[derive(Debug, Clone)]
pub struct AdminUsersPage {
    /// What is asked for.
    pub asked: Asked,
    /// The rows.
    pub users: Vec<UserItem>,
    /// The ways on.
    pub links: ListLinks,
    /// Whether the viewer may invite.
    pub may_manage: bool,
}

/// What an account waits for that nobody can sign in to yet.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Until when its open link is good, and who made it.
    pub link: Option<(UnixMillis, Option<UserLink>)>,
    /// Whether that link is refused, because its maker may not manage users any more.
    pub is_refused: bool,
    /// Since when nobody has come; not known of accounts that were made without a link.
    pub since: Option<UnixMillis>,
}

/// One user.
///
/// Forms (`csrf` in each; only with the permission): POST `/admin/users/{id}/end-sessions`,
/// POST `/admin/users/{id}/role` with `role`, POST `/admin/users/{id}/disable`,
/// POST `/admin/users/{id}/enable`, POST `/admin/users/{id}/link`, and per session POST
/// `/admin/sessions/{sid}/end` with `back`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what the viewer may do, each on its own"
)]
#[derive(Debug, Clone)]
pub struct AdminUserPage {
    /// The user.
    pub user: UserItem,
    /// The accounts elsewhere that they sign in with.
    pub connections: Vec<ConnectionItem>,
    /// Their live sessions, newest first.
    pub sessions: Vec<SessionItem>,
    /// There are more than are shown.
    pub sessions_truncated: bool,
    /// Their live API sign-ins, newest first: at most so many as fit.
    pub families: Vec<FamilyItem>,
    /// All of their live API sign-ins, for ending them together.
    pub of_user: FamiliesOfUser,
    /// The sessions that ended of late, newest sign-in first: at most so many as fit.
    pub ended: Vec<SessionItem>,
    /// When they last signed in, as far as it is kept.
    pub last_sign_in: Option<UnixMillis>,
    /// What the account waits for, if nobody can sign in to it.
    pub waiting: Option<Waiting>,
    /// The newest events about them.
    pub events: Vec<EventItem>,
    /// Whether the viewer may end sessions.
    pub may_end: bool,
    /// Whether the viewer may change roles and disable.
    pub may_manage: bool,
    /// Whether the viewer looks at themselves.
    pub is_self: bool,
    /// Whether nobody could administer without this user.
    pub is_last_administrator: bool,
    /// Whether the viewer's sign-in is too old for changes.
    pub needs_fresh_proof: bool,
    /// The path of this page.
    pub back: String,
}

const PATH: &str = "/admin/users";

impl Page for AdminUsersPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let asked = self.asked;
        let filtered = asked.is_narrowed();
        let fields = vec![
            filter_text(&asked, "search", words::SEARCH, words::START_OF_NAME),
            filter_word(&asked, "role", common::ROLE, Role::ALL),
            filter_word(&asked, "state", common::STATE, UserState::ALL),
            filter_order::<ListSort>(&asked),
        ];
        let more = filter_period(&asked).into_iter().collect();
        let list = if self.users.is_empty() {
            view! { <NoUsers filtered /> }.into_any()
        } else {
            view! { <UserTable users=self.users /> }.into_any()
        };
        view! {
            <Heading title=common::USERS text=words::ABOUT>
                <Exports links=self.links.exports />
                <LinkButton text=common::INVITATIONS href="/admin/invitations" look=Look::Plain />
                {self
                    .may_manage
                    .then(|| view! { <LinkButton text=common::INVITE href="/admin/users/invite" /> })}
            </Heading>
            <Filter path=PATH name=words::FILTER asked fields more />
            <div class="card">{list}</div>
            <Pager
                first=self.links.first
                previous=self.links.previous
                next=self.links.next
                last=self.links.last
            />
        }
        .into_any()
    }
}

#[component]
fn UserTable(users: Vec<UserItem>) -> impl IntoView {
    let rows = users
        .into_iter()
        .map(|user| {
            let link = UserLink {
                id: user.id,
                name: user.username,
            };
            let disabled = user
                .disabled_at
                .map(|at| view! { <span class="note">{words::SINCE} <When at /></span> });
            view! {
                <Row>
                    <Cell>
                        <PersonLink user=link />
                        <span class="note line">
                            <Email address=user.email verified=user.email_verified cut=true />
                        </span>
                    </Cell>
                    <Cell label=common::ROLE>
                        <RoleBadge role=user.role />
                    </Cell>
                    <Cell label=common::STATE>
                        <UserStateBadge state=user.state />
                        {disabled}
                        {user.awaited_since.map(|at| view! { <Awaited at /> })}
                    </Cell>
                    <Cell label=common::ACCOUNT_SINCE>
                        <Day at=user.created_at />
                    </Cell>
                </Row>
            }
        })
        .collect_view();
    view! {
        <Table
            caption=common::USERS
            columns=vec![common::USER, common::ROLE, common::STATE, common::ACCOUNT_SINCE]
        >
            {rows}
        </Table>
    }
    .into_any()
}

/// Says that nobody has come for an account yet.
#[component]
fn Awaited(at: UnixMillis) -> impl IntoView {
    view! {
        <span class="note">
            <Badge tone=Tone::Caution text=common::NOT_ARRIVED />
            {words::INVITED}
            <When at />
        </span>
    }
    .into_any()
}

#[component]
fn NoUsers(filtered: bool) -> impl IntoView {
    if filtered {
        view! {
            <Empty
                glyph=Glyph::Search
                title=words::NONE_MATCH
                text=words::NONE_FITS
            >
                <LinkButton text=common::CLEAR_FILTERS href=PATH look=Look::Plain />
            </Empty>
        }
        .into_any()
    } else {
        view! { <Empty glyph=Glyph::People title=words::NONE text=words::NONE_YET /> }.into_any()
    }
}
