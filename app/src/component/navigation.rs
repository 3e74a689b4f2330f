//! The bar at the top: where one can go, who one is, the way out.
//!
//! On a phone the entries stand in a popover behind a button; on a wide screen the stylesheet lays
//! the same entries out in the bar. So there is one list of links, and no script.

use latchkey_types::{Role, isolated, visible};
use leptos::prelude::*;

use super::{Badge, Glyph, Icon, PostForm, RoleBadge, ThemeSwitch, Tone, Wordmark};
use crate::{
    Section, Tally, Viewer,
    words::{audit, common, frame, keys, nodes, overview, security, settings, threats},
};

type Entries = &'static [(Section, &'static str, &'static str)];

const ACCOUNT: Entries = &[
    (Section::Account, "/account", common::ACCOUNT),
    (
        Section::AccountSessions,
        "/account/sessions",
        common::SESSIONS,
    ),
    (
        Section::AccountSecurity,
        "/account/security",
        security::TITLE,
    ),
    (
        Section::AccountConnections,
        "/account/connections",
        common::CONNECTIONS,
    ),
];

const CONSOLE: Entries = &[
    (Section::AdminOverview, "/admin", overview::TITLE),
    (Section::AdminSessions, "/admin/sessions", common::SESSIONS),
    (
        Section::AdminFamilies,
        "/admin/families",
        common::API_SIGN_INS,
    ),
    (Section::AdminThreats, "/admin/threats", threats::TITLE),
    (Section::AdminUsers, "/admin/users", common::USERS),
    (Section::AdminAudit, "/admin/audit", audit::TITLE),
    (Section::AdminKeys, "/admin/keys", keys::TITLE),
    (Section::AdminNodes, "/admin/nodes", nodes::TITLE),
    (Section::AdminSettings, "/admin/settings", settings::TITLE),
];

/// The bar of a signed-in user.
#[component]
pub(crate) fn TopBar(
    /// Who looks at the page.
    viewer: Viewer,
    /// Where they are.
    section: Section,
) -> impl IntoView {
    let sees_console = matches!(viewer.role, Role::Administrator | Role::Auditor);
    let unread = viewer.unread_threats;
    view! {
        <header class="border-b border-line bg-surface">
            <div class="topbar">
                <Wordmark />
                <button type="button" class="btn btn-plain lg:hidden" popovertarget="menu">
                    <Icon glyph=Glyph::Menu />
                    {frame::MENU}
                </button>
                <div id="menu" popover="auto" class="menu">
                    <div class="menu-entries">
                        <Links name=common::ACCOUNT entries=ACCOUNT section unread />
                        {sees_console
                            .then(|| view! { <Links name=frame::CONSOLE entries=CONSOLE section unread /> })}
                    </div>
                    <Myself viewer />
                </div>
            </div>
        </header>
    }
    .into_any()
}

/// One group of entries.
#[component]
fn Links(
    /// The group's name.
    name: &'static str,
    /// What is in it.
    entries: Entries,
    /// Where the viewer is.
    section: Section,
    /// How many incidents are unread.
    unread: Tally,
) -> impl IntoView {
    let links = entries
        .iter()
        .map(|&(target, href, text)| {
            let current = (target == section).then_some("page");
            let news = (target == Section::AdminThreats && unread.count > 0).then(|| {
                view! {
                    <span class="badge badge-bad count">
                        {unread.text()} <span class="sr-only">{frame::UNREAD}</span>
                    </span>
                }
            });
            view! {
                <li>
                    <a href=href class="tab" aria-current=current>
                        {text}
                        {news}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label=name class="menu-group">
            <span class="menu-name" aria-hidden="true">
                {name}
            </span>
            <ul class="menu-list">{links}</ul>
        </nav>
    }
    .into_any()
}

/// The viewer's name and role, and the way out.
#[component]
fn Myself(
    /// Who looks at the page.
    viewer: Viewer,
) -> impl IntoView {
    let name = visible(&viewer.username).into_owned();
    view! {
        <div class="menu-viewer">
            <div class="menu-self">
                <span class="menu-viewer-name" title=isolated(&viewer.username).into_owned()>
                    {name}
                </span>
                {(viewer.role != Role::User).then(|| view! { <RoleBadge role=viewer.role /> })}
                {(viewer.role == Role::Auditor)
                    .then(|| view! { <Badge tone=Tone::Plain text=frame::READ_ONLY /> })}
            </div>
            <ThemeSwitch />
            <PostForm action="/logout" class="max-lg:ml-auto">
                <button type="submit" class="btn btn-quiet lg:-mr-3.5">
                    <Icon glyph=Glyph::SignOut />
                    {common::SIGN_OUT}
                </button>
            </PostForm>
        </div>
    }
    .into_any()
}
