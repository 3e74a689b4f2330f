//! `/admin/invitations`: the links that are open.

use latchkey_types::{Role, UnixMillis};
use leptos::prelude::*;

use super::{invite::BackToUsers, sessions::UserLink};
use crate::{
    Frame, Page,
    component::{
        Badge, Cell, ConfirmButton, Empty, Glyph, Heading, LinkButton, Pager, PersonLink,
        RoleBadge, Row, Table, Tone, When,
    },
    words::{common, invite::list as words},
};

/// One open link.
#[derive(Debug, Clone)]
pub struct InvitationItem {
    /// Its id as text.
    pub id: String,
    /// The account, where it is there already.
    pub user: Option<UserLink>,
    /// The username that was given.
    pub username: Option<String>,
    /// The address that was given.
    pub email: Option<String>,
    /// What it gives.
    pub role: Role,
    /// Who made it; the operator where nobody is named.
    pub made_by: Option<UserLink>,
    /// When.
    pub created_at: UnixMillis,
    /// Until when it is good.
    pub expires_at: UnixMillis,
    /// Whether its maker may still manage users: else it is refused.
    pub is_vouched_for: bool,
}

impl InvitationItem {
    /// For whom it is, as far as that was said.
    fn whom(&self) -> String {
        self.username
            .clone()
            .or_else(|| self.email.clone())
            .unwrap_or_else(|| words::WHOEVER.to_owned())
    }
}

/// The open links.
///
/// Form, only with `may_manage`: POST `/admin/invitations/{id}/withdraw` (`csrf`).
#[derive(Debug, Clone)]
pub struct AdminInvitationsPage {
    /// The rows, newest first.
    pub invitations: Vec<InvitationItem>,
    /// Whether the viewer may make and withdraw them.
    pub may_manage: bool,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, when this is not it.
    pub first: Option<String>,
}

impl Page for AdminInvitationsPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let may_manage = self.may_manage;
        let invite = move || {
            may_manage.then(|| {
                view! { <LinkButton text=common::INVITE href="/admin/users/invite" /> }
            })
        };
        let list = if self.invitations.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Link
                    title=words::NONE
                    text=words::NONE_TEXT
                />
            }
            .into_any()
        } else {
            view! { <InvitationTable invitations=self.invitations may_manage /> }.into_any()
        };
        view! {
            <BackToUsers />
            <Heading
                title=common::INVITATIONS
                text=words::ABOUT
            >
                {invite()}
            </Heading>
            <div class="card">{list}</div>
            <Pager first=self.first next=self.next />
        }
        .into_any()
    }
}

#[component]
fn InvitationTable(invitations: Vec<InvitationItem>, may_manage: bool) -> impl IntoView {
    let mut columns = vec![words::FOR, common::ROLE, words::MADE_BY, words::RUNS_OUT];
    if may_manage {
        columns.push("");
    }
    let rows = invitations
        .into_iter()
        .map(|invitation| view! { <InvitationRow invitation may_manage /> })
        .collect_view();
    view! {
        <Table caption=words::CAPTION columns>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn InvitationRow(invitation: InvitationItem, may_manage: bool) -> impl IntoView {
    let whom = invitation.whom();
    let withdraw = may_manage.then(|| {
        let id = format!("withdraw-{}", invitation.id);
        let action = format!("/admin/invitations/{}/withdraw", invitation.id);
        let name = words::withdraw(&whom);
        let question = words::withdraw_question(&whom);
        view! {
            <Cell buttons=true>
                <ConfirmButton
                    id
                    label=words::WITHDRAW
                    name
                    question
                    consequence=words::WITHDRAWING
                    action
                />
            </Cell>
        }
    });
    let first = match invitation.user.clone() {
        Some(user) => view! { <PersonLink user /> }.into_any(),
        None => view! { <span class="font-medium text-ink wrap-anywhere">{whom.clone()}</span> }
            .into_any(),
    };
    // Where the name stands above, the address stands below.
    let email = invitation
        .email
        .filter(|email| *email != whom)
        .map(|email| view! { <span class="note wrap-anywhere">{email}</span> });
    let kind = if invitation.user.is_some() {
        words::SETS_PASSWORD
    } else {
        words::MAKES_ACCOUNT
    };
    let made_by = match invitation.made_by {
        Some(user) => view! { <PersonLink user /> }.into_any(),
        None => view! { <span class="text-muted">{words::COMMAND_LINE}</span> }.into_any(),
    };
    let refused = (!invitation.is_vouched_for)
        .then(|| view! { <Badge tone=Tone::Bad text=words::REFUSED /> });
    let (role, created_at, expires_at) = (
        invitation.role,
        invitation.created_at,
        invitation.expires_at,
    );
    view! {
        <Row>
            <Cell>
                {first}
                {email}
                <span class="note">{kind}</span>
            </Cell>
            <Cell label=common::ROLE>
                <RoleBadge role />
            </Cell>
            <Cell label=words::MADE_BY>
                {made_by}
                <span class="note"><When at=created_at /></span>
                {refused}
            </Cell>
            <Cell label=words::RUNS_OUT>
                <When at=expires_at />
            </Cell>
            {withdraw}
        </Row>
    }
    .into_any()
}
