//! Every page in every state worth looking at.

use latchkey_app::{
    Assets, Frame, Notice, Page, Section, Tally, Theme, Viewer,
    page::{
        account::AccountPage,
        admin_audit::AdminAuditPage,
        admin_overview::{ActivityCharts, OverviewPage, Piece},
        admin_sessions::AdminSessionsPage,
        admin_users::{AdminUserPage, AdminUsersPage},
        bulk_ends::BulkLinks,
        families::FamilyItem,
        listing::{Asked, ListLinks},
        login::{LoginError, LoginPage},
        register::{AccountFieldErrors, RegisterPage},
        security::{PasswordErrors, SecurityPage},
        sessions::SessionsPage,
        setup::SetupPage,
    },
    render,
};
use latchkey_types::{Role, Span, UnixMillis};

use crate::{
    bulk_states, error_states, invitation_states, node_states,
    people::{
        LONG_NAME, NOW, ago, ended, event, link, long_email, long_event, long_session, long_user,
        session, user,
    },
    program_states,
    programs::{family, long_family, of_user, theft},
    provider_states::{self, connection, long_connection},
    setting_states,
};

/// One page in one state.
pub(crate) struct Shot {
    /// The page and the state, fit for a file's name.
    pub(crate) name: &'static str,
    /// The document.
    pub(crate) html: String,
    /// Whether the page says that it has islands.
    pub(crate) has_islands: bool,
}

/// Where pages are shown one after the other.
pub(crate) struct Stage {
    nonce: Option<String>,
    shots: Vec<Shot>,
}

impl Stage {
    /// Shows one.
    pub(crate) fn shoot<P: Page>(&mut self, name: &'static str, frame: Frame, page: P) {
        let frame = Frame {
            nonce: self.nonce.clone(),
            ..frame
        };
        self.shots.push(Shot {
            name,
            html: render(frame, page),
            has_islands: P::HAS_ISLANDS,
        });
    }
}

/// All pages in all states.
pub(crate) fn all(nonce: Option<&str>) -> Vec<Shot> {
    let mut stage = Stage {
        nonce: nonce.map(str::to_owned),
        shots: Vec::new(),
    };
    gates(&mut stage);
    error_states::all(&mut stage);
    account(&mut stage);
    own_sessions(&mut stage);
    security(&mut stage);
    overview(&mut stage);
    admin_sessions(&mut stage);
    admin_users(&mut stage);
    admin_user(&mut stage);
    audit(&mut stage);
    invitation_states::all(&mut stage);
    program_states::all(&mut stage);
    node_states::all(&mut stage);
    bulk_states::all(&mut stage);
    provider_states::all(&mut stage);
    setting_states::all(&mut stage);
    stage.shots
}

/// A frame that nobody is signed in to.
pub(crate) fn anonymous(title: &str) -> Frame {
    Frame {
        title: title.to_owned(),
        viewer: None,
        section: Section::None,
        notice: None,
        csrf: "csrf-token-of-this-page".to_owned(),
        assets: Assets {
            stylesheet: "latchkey.css".to_owned(),
            script: "/pkg/latchkey.js?v=1".to_owned(),
            wasm: "/pkg/latchkey.wasm?v=1".to_owned(),
        },
        nonce: None,
        now: NOW,
        theme: Theme::System,
        here: Some("/account".to_owned()),
    }
}

/// A frame of somebody.
pub(crate) fn of(role: Role, section: Section, title: &str) -> Frame {
    let username = match role {
        Role::Administrator => "ada",
        Role::Auditor => "margaret",
        Role::User => "grace.hopper",
    };
    Frame {
        viewer: Some(Viewer {
            username: username.to_owned(),
            role,
            unread_threats: Tally {
                count: 2,
                capped: false,
            },
        }),
        section,
        ..anonymous(title)
    }
}

/// The frame of a page that follows a form.
pub(crate) fn noticed(frame: Frame, notice: Notice) -> Frame {
    Frame {
        notice: Some(notice),
        ..frame
    }
}

fn gates(stage: &mut Stage) {
    let login = || anonymous("Sign in");
    let open = || LoginPage {
        sign_up_open: true,
        ..LoginPage::default()
    };
    let failed = |error| LoginPage {
        identifier: "grace.hopper".to_owned(),
        next: Some("/account/sessions".to_owned()),
        error: Some(error),
        sign_up_open: true,
        ..LoginPage::default()
    };
    stage.shoot("login", login(), open());
    stage.shoot("login-closed", login(), LoginPage::default());
    stage.shoot("login-refused", login(), failed(LoginError::Refused));
    stage.shoot(
        "login-limited",
        login(),
        failed(LoginError::Limited { retry_after: 45 }),
    );
    stage.shoot("login-busy", login(), failed(LoginError::Busy));
    stage.shoot("login-incomplete", login(), failed(LoginError::Incomplete));
    stage.shoot(
        "login-signed-out",
        noticed(login(), Notice::SignedOut),
        open(),
    );
    stage.shoot(
        "login-ended",
        noticed(login(), Notice::EndedByOwner),
        open(),
    );

    let errors = || AccountFieldErrors {
        username: Some("This name is taken, or too like one that is.".to_owned()),
        email: None,
        password: Some(
            "This password is too easy to guess: it is one word with a year.".to_owned(),
        ),
        form: None,
    };
    let register = || anonymous("Create an account");
    stage.shoot("register", register(), RegisterPage::default());
    stage.shoot(
        "register-errors",
        register(),
        RegisterPage {
            username: LONG_NAME.to_owned(),
            email: long_email(),
            errors: errors(),
            ..RegisterPage::default()
        },
    );
    let closed = RegisterPage {
        closed: true,
        ..RegisterPage::default()
    };
    stage.shoot("register-closed", register(), closed);

    let setup = || anonymous("Set-up");
    let form = |errors| SetupPage::Form {
        username: String::new(),
        email: String::new(),
        errors,
    };
    stage.shoot("setup", setup(), form(AccountFieldErrors::default()));
    stage.shoot(
        "setup-errors",
        setup(),
        form(AccountFieldErrors {
            form: Some("The server could not make the account. Try again.".to_owned()),
            ..AccountFieldErrors::default()
        }),
    );
    stage.shoot("setup-invalid", setup(), SetupPage::InvalidLink);
    stage.shoot("setup-done", setup(), SetupPage::Done);
}

fn account(stage: &mut Stage) {
    let frame = |role| of(role, Section::Account, "Account");
    let page = |role| AccountPage {
        username: "grace.hopper".to_owned(),
        email: Some("grace.hopper@example.org".to_owned()),
        email_verified: true,
        role,
        created_at: ago(200 * 86_400),
        has_password: true,
        live_sessions: 3,
        live_families: 2,
        thefts: Vec::new(),
        next: None,
    };
    stage.shoot("account", frame(Role::User), page(Role::User));
    stage.shoot(
        "account-after-theft",
        frame(Role::User),
        AccountPage {
            thefts: vec![theft()],
            next: Some("/account/connections".to_owned()),
            ..page(Role::User)
        },
    );
    stage.shoot(
        "account-long",
        Frame {
            viewer: Some(Viewer {
                username: LONG_NAME.to_owned(),
                role: Role::Administrator,
                unread_threats: Tally {
                    count: 100,
                    capped: true,
                },
            }),
            ..frame(Role::Administrator)
        },
        AccountPage {
            username: LONG_NAME.to_owned(),
            email: Some(long_email()),
            email_verified: false,
            live_sessions: 1,
            live_families: 0,
            ..page(Role::Administrator)
        },
    );
}

fn own_sessions(stage: &mut Stage) {
    let frame = |role| of(role, Section::AccountSessions, "Sessions");
    let mut mine: Vec<_> = (0..5).map(session).collect();
    mine[0].is_current = true;
    stage.shoot(
        "sessions",
        noticed(frame(Role::User), Notice::SessionEnded),
        SessionsPage {
            sessions: mine.clone(),
            truncated: false,
            families: (0..4).map(family).collect(),
            families_truncated: false,
        },
    );
    stage.shoot(
        "sessions-one",
        frame(Role::User),
        SessionsPage {
            sessions: mine[..1].to_vec(),
            truncated: false,
            families: Vec::new(),
            families_truncated: false,
        },
    );
    mine.insert(1, long_session());
    stage.shoot(
        "sessions-long",
        frame(Role::Administrator),
        SessionsPage {
            sessions: mine,
            truncated: true,
            families: vec![long_family(), family(2)],
            families_truncated: true,
        },
    );
}

fn security(stage: &mut Stage) {
    let frame = || of(Role::User, Section::AccountSecurity, "Security");
    let security = |errors| SecurityPage {
        errors,
        username: "grace.hopper".to_owned(),
        has_password: true,
        needs_fresh_proof: false,
    };
    stage.shoot("security", frame(), security(PasswordErrors::default()));
    let changed = noticed(frame(), Notice::PasswordChanged);
    stage.shoot(
        "security-changed",
        changed,
        security(PasswordErrors::default()),
    );
    stage.shoot(
        "security-errors",
        frame(),
        security(PasswordErrors {
            current: Some("This is not your current password.".to_owned()),
            new: Some("At least 15 characters are needed; this has 9.".to_owned()),
            form: None,
        }),
    );
}

/// A day with a quiet night and an attack in it, or a week; of the first hours nothing is known.
fn activity(span: Span, counted: bool) -> ActivityCharts {
    let (hours, number) = match span {
        Span::Day => (1, 24),
        Span::Week => (6, 28),
    };
    let pieces = |count: fn(u64) -> u64| {
        (0..number)
            .map(|place| {
                let from = UnixMillis(NOW.0 - (number - 1 - place) * hours * 3_600_000);
                Piece {
                    from,
                    until: UnixMillis(from.0 + hours * 3_600_000),
                    count: (counted && place > 2).then(|| count(place.unsigned_abs())),
                }
            })
            .collect()
    };
    ActivityCharts {
        span,
        sign_ins: pieces(|place| 20 + (place * 37) % 90 + place * 2),
        refused: pieces(|place| if place == 17 { 61 } else { (place * 5) % 7 }),
        limited: pieces(|place| if place == 17 || place == 18 { 4_812 } else { 0 }),
        live_sessions: pieces(|place| 11_000 + place * place * 9),
        counted_at: counted.then_some(UnixMillis(NOW.0 - 20_000)),
    }
}

fn overview(stage: &mut Stage) {
    let exactly = |count| Tally {
        count,
        capped: false,
    };
    let page = || OverviewPage {
        live_sessions: Tally {
            count: 10_000,
            capped: true,
        },
        users: exactly(4_271),
        sign_ins: exactly(1_836),
        failures: exactly(94),
        activity: activity(Span::Day, true),
        newest_sessions: (0..6).map(session).collect(),
        newest_events: (0..7).map(event).collect(),
    };
    let frame = |role| of(role, Section::AdminOverview, "Overview");
    stage.shoot("admin", frame(Role::Administrator), page());
    stage.shoot(
        "admin-week",
        frame(Role::Administrator),
        OverviewPage {
            activity: activity(Span::Week, true),
            ..page()
        },
    );
    stage.shoot("admin-auditor", frame(Role::Auditor), page());
    stage.shoot(
        "admin-empty",
        frame(Role::Administrator),
        OverviewPage {
            live_sessions: exactly(0),
            users: exactly(1),
            sign_ins: exactly(0),
            failures: exactly(0),
            activity: activity(Span::Day, false),
            newest_sessions: Vec::new(),
            newest_events: Vec::new(),
        },
    );
    stage.shoot(
        "admin-long",
        frame(Role::Administrator),
        OverviewPage {
            newest_sessions: vec![long_session(), session(3)],
            newest_events: vec![long_event(), event(1), event(3)],
            ..page()
        },
    );
}

fn admin_sessions(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminSessions, "Sessions");
    let page = |may_end: bool| {
        let mut sessions: Vec<_> = (0..14)
            .map(|number| {
                if number % 5 == 4 {
                    ended(number)
                } else {
                    session(number)
                }
            })
            .collect();
        sessions[0].is_current = true;
        AdminSessionsPage {
            asked: Asked::new(),
            browsers: ["Chrome", "Edge", "Firefox", "Safari"]
                .map(str::to_owned)
                .to_vec(),
            systems: ["Android", "iOS", "Linux", "Windows 10"]
                .map(str::to_owned)
                .to_vec(),
            sessions,
            links: links("/admin/sessions", 0),
            back: "/admin/sessions".to_owned(),
            may_end,
            bulk: BulkLinks {
                end_all: may_end.then(|| "/admin/sessions/end?all=1".to_owned()),
                ..Default::default()
            },
        }
    };
    stage.shoot("admin-sessions", frame(Role::Administrator), page(true));
    stage.shoot("admin-sessions-auditor", frame(Role::Auditor), page(false));
    stage.shoot(
        "admin-sessions-long",
        noticed(frame(Role::Administrator), Notice::NothingEnded),
        AdminSessionsPage {
            sessions: vec![long_session(), ended(1), session(6), ended(2)],
            links: links("/admin/sessions", 1),
            ..page(true)
        },
    );
    let asked = || {
        Asked::new()
            .with("user", "gra")
            .with("browser", "Firefox")
            .with("state", "live")
    };
    stage.shoot(
        "admin-sessions-none",
        frame(Role::Administrator),
        AdminSessionsPage {
            asked: asked(),
            sessions: Vec::new(),
            links: ListLinks::default(),
            ..page(true)
        },
    );
    stage.shoot(
        "admin-sessions-error",
        frame(Role::Administrator),
        AdminSessionsPage {
            asked: asked()
                .with("from", "26 November")
                .wrong("user", "No user has a name or an address that begins so.")
                .wrong(
                    "from",
                    "expected a day (2026-01-31) or an instant (2026-01-31T10:00:00Z)",
                ),
            sessions: Vec::new(),
            links: ListLinks::default(),
            ..page(true)
        },
    );
}

/// The ways on from the first page of a list, or from one in its middle.
pub(crate) fn links(path: &str, page: u8) -> ListLinks {
    let further = |cursor: &str| Some(format!("{path}?cursor={cursor}"));
    ListLinks {
        first: (page > 0).then(|| path.to_owned()),
        previous: (page > 0).then(|| format!("{path}?cursor=abb")),
        next: further("abc"),
        last: further("last"),
        exports: vec![
            ("Export CSV", format!("{path}/export.csv")),
            ("JSON lines", format!("{path}/export.jsonl")),
        ],
    }
}

fn admin_users(stage: &mut Stage) {
    let frame = || of(Role::Administrator, Section::AdminUsers, "Users");
    let page = || AdminUsersPage {
        asked: Asked::new(),
        users: (0..10).map(user).collect(),
        may_manage: true,
        links: links("/admin/users", 1),
    };
    stage.shoot("admin-users", frame(), page());
    stage.shoot(
        "admin-users-long",
        frame(),
        AdminUsersPage {
            users: vec![long_user(), user(0), user(3), user(5)],
            ..page()
        },
    );
    stage.shoot(
        "admin-users-none",
        frame(),
        AdminUsersPage {
            asked: Asked::new().with("search", "zz").with("role", "auditor"),
            users: Vec::new(),
            links: ListLinks::default(),
            ..page()
        },
    );
}

fn admin_user(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminUsers, "grace.hopper");
    let page = |may| AdminUserPage {
        user: user(1),
        connections: (0..2).map(connection).collect(),
        sessions: (0..3).map(session).collect(),
        sessions_truncated: false,
        families: [1, 7]
            .map(|number| FamilyItem {
                user: link(1, "grace.hopper"),
                ..family(number)
            })
            .to_vec(),
        of_user: of_user(link(1, "grace.hopper")),
        events: (0..6).map(event).collect(),
        may_end: may,
        may_manage: may,
        is_self: false,
        is_last_administrator: false,
        needs_fresh_proof: false,
        ended: (1..4).map(ended).collect(),
        last_sign_in: Some(ago(3_600)),
        waiting: None,
        back: format!("/admin/users/{}", user(1).id),
    };
    stage.shoot("admin-user", frame(Role::Administrator), page(true));
    stage.shoot("admin-user-auditor", frame(Role::Auditor), page(false));
    stage.shoot(
        "admin-user-self",
        noticed(frame(Role::Administrator), Notice::LastAdministrator),
        AdminUserPage {
            user: user(0),
            is_self: true,
            is_last_administrator: true,
            needs_fresh_proof: true,
            ..page(true)
        },
    );
    stage.shoot(
        "admin-user-disabled",
        noticed(frame(Role::Administrator), Notice::UserDisabled),
        AdminUserPage {
            user: user(5),
            connections: Vec::new(),
            sessions: Vec::new(),
            families: Vec::new(),
            events: Vec::new(),
            ..page(true)
        },
    );
    stage.shoot(
        "admin-user-long",
        frame(Role::Administrator),
        AdminUserPage {
            user: long_user(),
            connections: vec![long_connection(), connection(2)],
            sessions: vec![long_session(), session(1)],
            sessions_truncated: true,
            families: vec![long_family()],
            events: vec![long_event(), event(3)],
            ..page(true)
        },
    );
}

fn audit(stage: &mut Stage) {
    let frame = |role| of(role, Section::AdminAudit, "Audit");
    let page = || AdminAuditPage {
        asked: Asked::new(),
        events: (0..14).map(event).collect(),
        links: links("/admin/audit", 0),
    };
    stage.shoot("audit", frame(Role::Auditor), page());
    stage.shoot(
        "audit-long",
        frame(Role::Administrator),
        AdminAuditPage {
            events: vec![long_event(), event(1), event(2)],
            ..page()
        },
    );
    stage.shoot(
        "audit-none",
        frame(Role::Administrator),
        AdminAuditPage {
            asked: Asked::new()
                .with("kind", "setup")
                .with("outcome", "failure"),
            events: Vec::new(),
            links: ListLinks::default(),
        },
    );
}
