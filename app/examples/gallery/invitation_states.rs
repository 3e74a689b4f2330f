//! The pages of invitations, and users whom nobody has come for yet.

use latchkey_app::{
    Notice, Section,
    page::{
        admin_invitations::{AdminInvitationsPage, InvitationItem},
        admin_users::{AdminUserPage, Waiting},
        invitation::{InvitationForm, InvitationPage},
        invite::{How, InvitePage, LinkPage},
        register::AccountFieldErrors,
    },
};
use latchkey_types::{Role, UnixMillis};

use crate::{
    people::{LONG_NAME, NOW, ago, event, link, long_email, user},
    programs::of_user,
    states::{Stage, anonymous, noticed, of},
};

const LINK: &str =
    "https://id.example.org/invitation?code=0oI1lL5s_8rZ2q-Ux9T4mGkYwB7nVhPdJfAeCtWyQSc";

pub(crate) fn all(stage: &mut Stage) {
    inviting(stage);
    links(stage);
    list(stage);
    arriving(stage);
    waiting(stage);
}

fn later(seconds: i64) -> UnixMillis {
    UnixMillis(NOW.0 + seconds * 1_000)
}

fn inviting(stage: &mut Stage) {
    let frame = || of(Role::Administrator, Section::AdminUsers, "Invite somebody");
    let page = || InvitePage {
        how: How::Invite,
        may_invite: true,
        username: String::new(),
        email: String::new(),
        role: Role::User,
        errors: AccountFieldErrors::default(),
    };
    stage.shoot("invite", frame(), page());
    stage.shoot(
        "invite-closed",
        frame(),
        InvitePage {
            how: How::Create,
            may_invite: false,
            ..page()
        },
    );
    stage.shoot(
        "invite-errors",
        frame(),
        InvitePage {
            how: How::Create,
            username: LONG_NAME.to_owned(),
            email: "nowhere".to_owned(),
            role: Role::Administrator,
            errors: AccountFieldErrors {
                username: Some("That name is taken, or looks like one that is.".to_owned()),
                email: Some("That is not an e-mail address.".to_owned()),
                ..Default::default()
            },
            ..page()
        },
    );
}

fn links(stage: &mut Stage) {
    let frame = || of(Role::Administrator, Section::AdminUsers, "Invitation");
    let page = || LinkPage {
        link: LINK.to_owned(),
        user: None,
        whom: None,
        role: Role::User,
        expires_at: later(7 * 86_400),
        is_renewed: false,
    };
    stage.shoot("invite-link", frame(), page());
    stage.shoot(
        "invite-link-renewed",
        frame(),
        LinkPage {
            user: Some(link(2, LONG_NAME)),
            whom: Some(LONG_NAME.to_owned()),
            role: Role::Administrator,
            is_renewed: true,
            ..page()
        },
    );
}

fn list(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminUsers, "Invitations");
    let item = |number: u64| InvitationItem {
        id: link(number, "").id,
        user: None,
        username: None,
        email: None,
        role: Role::User,
        made_by: Some(link(0, "ada")),
        created_at: ago(3_600),
        expires_at: later(6 * 86_400),
        is_vouched_for: true,
    };
    let page = || AdminInvitationsPage {
        invitations: vec![
            item(1),
            InvitationItem {
                email: Some("grace.hopper@example.org".to_owned()),
                role: Role::Auditor,
                made_by: None,
                ..item(2)
            },
            InvitationItem {
                user: Some(link(3, LONG_NAME)),
                username: Some(LONG_NAME.to_owned()),
                email: Some(long_email()),
                role: Role::Administrator,
                made_by: Some(link(4, LONG_NAME)),
                is_vouched_for: false,
                ..item(3)
            },
        ],
        may_manage: true,
        next: None,
        first: None,
    };
    stage.shoot(
        "invitations",
        noticed(frame(Role::Administrator), Notice::InvitationWithdrawn),
        page(),
    );
    stage.shoot(
        "invitations-auditor",
        frame(Role::Auditor),
        AdminInvitationsPage {
            may_manage: false,
            ..page()
        },
    );
    stage.shoot(
        "invitations-none",
        frame(Role::Administrator),
        AdminInvitationsPage {
            invitations: Vec::new(),
            ..page()
        },
    );
}

fn arriving(stage: &mut Stage) {
    let form = || InvitationForm {
        given: None,
        is_made: false,
        role: Role::User,
        username: String::new(),
        email: String::new(),
        signed_in: None,
        errors: AccountFieldErrors::default(),
    };
    let frame = || anonymous("Invitation");
    stage.shoot("invitation", frame(), InvitationPage::Form(form()));
    stage.shoot(
        "invitation-password",
        of(Role::Administrator, Section::None, "Invitation"),
        InvitationPage::Form(InvitationForm {
            given: Some(LONG_NAME.to_owned()),
            is_made: true,
            role: Role::Administrator,
            signed_in: Some("ada".to_owned()),
            errors: AccountFieldErrors {
                password: Some("At least 15 characters.".to_owned()),
                ..Default::default()
            },
            ..form()
        }),
    );
    stage.shoot(
        "invitation-given",
        frame(),
        InvitationPage::Form(InvitationForm {
            given: Some("grace.hopper".to_owned()),
            role: Role::Auditor,
            email: "grace.hopper@example.org".to_owned(),
            ..form()
        }),
    );
    stage.shoot("invitation-invalid", frame(), InvitationPage::Invalid);
}

fn waiting(stage: &mut Stage) {
    let frame = || of(Role::Administrator, Section::AdminUsers, "alan");
    let page = || AdminUserPage {
        user: user(2),
        connections: Vec::new(),
        sessions: Vec::new(),
        sessions_truncated: false,
        families: Vec::new(),
        of_user: of_user(link(2, "alan")),
        ended: Vec::new(),
        last_sign_in: None,
        waiting: Some(Waiting {
            link: Some((later(5 * 86_400), Some(link(0, "ada")))),
            is_refused: false,
            since: Some(ago(90_000)),
        }),
        events: (0..2).map(event).collect(),
        may_end: true,
        may_manage: true,
        is_self: false,
        is_last_administrator: false,
        needs_fresh_proof: false,
        back: format!("/admin/users/{}", user(2).id),
    };
    stage.shoot("admin-user-waiting", frame(), page());
    stage.shoot(
        "admin-user-waiting-refused",
        frame(),
        AdminUserPage {
            waiting: Some(Waiting {
                link: Some((later(5 * 86_400), Some(link(0, "ada")))),
                is_refused: true,
                since: Some(ago(90_000)),
            }),
            ..page()
        },
    );
    stage.shoot(
        "admin-user-waiting-no-link",
        frame(),
        AdminUserPage {
            waiting: Some(Waiting {
                link: None,
                is_refused: false,
                since: None,
            }),
            ..page()
        },
    );
}
