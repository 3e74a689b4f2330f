//! The document around every page: head, navigation, notices.

mod head;

use latchkey_types::{Role, UnixMillis};
use leptos::prelude::*;

use self::head::Head;
use crate::{
    Notice, Tally, Theme,
    component::{Around, NoticeBanner, ThemeSwitch, TopBar, Wordmark},
    island::LocalTimes,
    words::frame,
};

/// Where the built files are, with the version that makes them cacheable for good.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    /// The stylesheet, e.g. `/pkg/latchkey.css?v=…`.
    pub stylesheet: String,
    /// The script that starts the islands, e.g. `/pkg/latchkey.js?v=…`.
    pub script: String,
    /// The wasm of the islands, e.g. `/pkg/latchkey.wasm?v=…`.
    pub wasm: String,
}

/// Who looks at the page.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Their name.
    pub username: String,
    /// Their role: which navigation they see.
    pub role: Role,
    /// How many incidents no administrator has opened yet; shown to those who see the console.
    pub unread_threats: Tally,
}

/// Which entry of the navigation is the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// None: sign-in, errors.
    None,
    /// `/account`
    Account,
    /// `/account/sessions`
    AccountSessions,
    /// `/account/connections`
    AccountConnections,
    /// `/account/security`
    AccountSecurity,
    /// `/admin`
    AdminOverview,
    /// `/admin/sessions`
    AdminSessions,
    /// `/admin/families`
    AdminFamilies,
    /// `/admin/threats`
    AdminThreats,
    /// `/admin/users`
    AdminUsers,
    /// `/admin/audit`
    AdminAudit,
    /// `/admin/keys`
    AdminKeys,
    /// `/admin/nodes`
    AdminNodes,
    /// `/admin/settings`
    AdminSettings,
}

/// Everything around the page's own content.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The title, without the product's name.
    pub title: String,
    /// Who looks at it, if somebody is signed in.
    pub viewer: Option<Viewer>,
    /// Where in the navigation it is.
    pub section: Section,
    /// What just happened.
    pub notice: Option<Notice>,
    /// The token that every form of the page carries in a hidden field named `csrf`.
    pub csrf: String,
    /// The built files.
    pub assets: Assets,
    /// The nonce of the page's inline script; `None` on a page without islands, which then loads
    /// no script at all.
    pub nonce: Option<String>,
    /// The time at which the page was made; ages are reckoned from it.
    pub now: UnixMillis,
    /// The theme that this browser chose.
    pub theme: Theme,
    /// Where the form that changes the theme leads back to: a path of ours. `None` leaves the form
    /// out, on a page that has no token for it.
    pub here: Option<String>,
}

/// A page: data that knows how it looks.
pub trait Page {
    /// Whether the page has islands, and so needs a nonce for its script.
    const HAS_ISLANDS: bool = false;

    /// Whether it takes the whole width for somebody who is not signed in too.
    const IS_WIDE: bool = false;

    /// What stands inside the document.
    fn view(self, frame: &Frame) -> AnyView;
}

/// Renders a page with everything around it: a whole HTML document.
///
/// There is a script in it only if the page has islands and the frame has a nonce.
pub fn render<P: Page>(frame: Frame, page: P) -> String {
    // Views put signals and contexts into the current owner. With an owner for each document they
    // go when it does, whichever thread renders the next one.
    let owner = Owner::new();
    let html = owner.with(|| {
        provide_context(Around {
            csrf: frame.csrf.as_str().into(),
            now: frame.now,
            theme: frame.theme,
            here: frame.here.as_deref().map(Into::into),
        });
        let content = page.view(&frame);
        document(frame, content, P::HAS_ISLANDS, P::IS_WIDE).to_html()
    });
    format!("<!DOCTYPE html>{html}")
}

fn document(frame: Frame, content: AnyView, has_islands: bool, is_wide: bool) -> impl IntoView {
    let nonce = frame.nonce.filter(|_| has_islands);
    let notice = frame.notice.map(|notice| view! { <NoticeBanner notice /> });
    let has_bar = frame.viewer.is_some();
    let body = match frame.viewer {
        Some(viewer) => view! {
            <TopBar viewer section=frame.section />
            <main id="content" tabindex="-1" class="page">
                {notice}
                {content}
            </main>
        }
        .into_any(),
        None if is_wide => view! {
            <main id="content" tabindex="-1" class="page">
                <Wordmark large=true />
                <div class="mt-7">{notice} {content}</div>
            </main>
            <Foot />
        }
        .into_any(),
        None => view! {
            <main id="content" tabindex="-1" class="gate">
                <Wordmark large=true />
                <div class="mt-7 w-full">{notice} {content}</div>
            </main>
            <Foot />
        }
        .into_any(),
    };
    view! {
        <html lang="en" data-theme=frame.theme.forced().map(Theme::as_str)>
            <Head title=frame.title assets=frame.assets nonce theme=frame.theme has_bar />
            <body data-now=frame.now.0>
                <a href="#content" class="skip">
                    {frame::SKIP}
                </a>
                {body}
                {has_islands.then(|| view! { <LocalTimes /> })}
            </body>
        </html>
    }
}

/// What stands below a page that has no bar at its top.
#[component]
fn Foot() -> impl IntoView {
    view! {
        <footer class="foot">
            <ThemeSwitch />
        </footer>
    }
    .into_any()
}
