//! What an administrator may do to a user.

use latchkey_types::{UserState, isolated};
use leptos::prelude::*;

use crate::{
    component::{Card, ConfirmButton, Look, PostForm, Submit, WordChoice},
    page::admin_users::UserItem,
    words::{common, users::manage as words},
};

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
            <Card title=common::ROLE id="change-role" text=words::LAST>
                <button type="button" class=Look::Plain.class() disabled aria-describedby="why-not-role">
                    {words::CHANGE_ROLE}
                </button>
                <span id="why-not-role" class="sr-only">
                    {words::LAST}
                </span>
            </Card>
        }
        .into_any();
    }
    view! {
        <Card title=common::ROLE id="change-role" text=role_text(is_self)>
            <PostForm action=action class="space-y-4">
                <WordChoice name="role" label=words::NEW_ROLE chosen=Some(role) />
                <Submit text=words::CHANGE_ROLE look=Look::Plain />
            </PostForm>
        </Card>
    }
    .into_any()
}

const fn role_text(is_self: bool) -> &'static str {
    if is_self {
        words::OWN_ROLE
    } else {
        words::ROLES
    }
}

#[component]
fn Standing(user: UserItem, is_self: bool, is_last: bool, ends: String) -> impl IntoView {
    let name = isolated(&user.username).into_owned();
    if user.state == UserState::Disabled {
        return view! {
            <Card
                title=words::ENABLE
                id="enable"
                text=words::ENABLING
            >
                <PostForm action=format!("/admin/users/{}/enable", user.id)>
                    <Submit text=words::ENABLE_USER look=Look::Plain />
                </PostForm>
            </Card>
        }
        .into_any();
    }
    if is_last {
        return view! {
            <Card title=words::DISABLE id="disable" text=words::LAST>
                <button type="button" class=Look::Plain.class() disabled aria-describedby="why-not-disable">
                    {words::DISABLE_USER}
                </button>
                <span id="why-not-disable" class="sr-only">
                    {words::LAST}
                </span>
            </Card>
        }
        .into_any();
    }
    let consequence = if is_self {
        words::disabling_self(&ends)
    } else {
        words::disabling(&ends)
    };
    view! {
        <Card
            title=words::DISABLE
            id="disable"
            text=words::DISABLED
        >
            <ConfirmButton
                id="disable-user"
                label=words::DISABLE_USER
                name=words::disable(&name)
                question=words::disable_question(&name)
                consequence
                action=format!("/admin/users/{}/disable", user.id)
            />
        </Card>
    }
    .into_any()
}
