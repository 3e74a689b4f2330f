//! What an administrator may do to a user.

use latchkey_types::{UserState, isolated};
use leptos::prelude::*;

use crate::{
    component::{Card, ConfirmButton, Look, PostForm, Submit, WordChoice},
    page::admin_users::UserItem,
};

/// Why nothing of that can be done to the last administrator.
const LAST: &str = "This is the only administrator who can sign in, and one must stay. Make somebody else an administrator first.";

/// Role and standing.
#[component]
pub(super) fn Manage(
    user: UserItem,
    is_self: bool,
    /// Whether nobody could administer without them.
    is_last: bool,
    /// What ends with the user.
    ends: String,
) -> impl IntoView {
    view! {
        <div class="grid min-w-0 content-start gap-4">
            <ChangeRole user=user.clone() is_self is_last />
            <Standing user is_self is_last ends />
        </div>
    }
    .into_any()
}

#[component]
fn ChangeRole(user: UserItem, is_self: bool, is_last: bool) -> impl IntoView {
    let action = format!("/admin/users/{}/role", user.id);
    let role = user.role;
    if is_last {
        return view! {
            <Card title="Role" id="change-role" text=LAST>
                <button type="button" class=Look::Plain.class() disabled aria-describedby="why-not-role">
                    "Change role"
                </button>
                <span id="why-not-role" class="sr-only">
                    {LAST}
                </span>
            </Card>
        }
        .into_any();
    }
    view! {
        <Card title="Role" id="change-role" text=role_text(is_self)>
            <PostForm action=action class="space-y-4">
                <WordChoice name="role" label="New role" chosen=Some(role) />
                <Submit text="Change role" look=Look::Plain />
            </PostForm>
        </Card>
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
fn Standing(user: UserItem, is_self: bool, is_last: bool, ends: String) -> impl IntoView {
    let name = isolated(&user.username).into_owned();
    if user.state == UserState::Disabled {
        return view! {
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
        .into_any();
    }
    if is_last {
        return view! {
            <Card title="Disable" id="disable" text=LAST>
                <button type="button" class=Look::Plain.class() disabled aria-describedby="why-not-disable">
                    "Disable user"
                </button>
                <span id="why-not-disable" class="sr-only">
                    {LAST}
                </span>
            </Card>
        }
        .into_any();
    }
    let consequence = if is_self {
        format!(
            "This is you. It ends {ends} at once, this one too, and you cannot sign in until another administrator enables you again."
        )
    } else {
        format!("It ends {ends} at once, and they cannot sign in until they are enabled again.")
    };
    view! {
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
                consequence
                action=format!("/admin/users/{}/disable", user.id)
            />
        </Card>
    }
    .into_any()
}
