//! Believable people, browsers and events; and some that try to break the layout.

use latchkey_app::page::{
    admin_audit::EventItem,
    admin_users::UserItem,
    sessions::{EndedItem, SessionItem, UserLink},
};
use latchkey_types::{
    EndReason, EventKind, Outcome, Role, SessionId, SignInMethod, UnixMillis, UserState,
};

/// 1 January 2026, 12:00 UTC.
pub(crate) const NOW: UnixMillis = UnixMillis(1_767_268_800_000);

/// As long as a username gets.
pub(crate) const LONG_NAME: &str =
    "maximiliane-theodora-von-und-zu-hohenstein-wittelsbach-oldenburg";

/// As long as an e-mail address gets.
pub(crate) fn long_email() -> String {
    format!(
        "{}@{}.example.org",
        "w".repeat(64),
        ["subdomain-that-goes-on"; 8].join(".")
    )
    .chars()
    .take(254)
    .collect()
}

/// So long ago.
pub(crate) fn ago(seconds: i64) -> UnixMillis {
    UnixMillis(NOW.0 - seconds * 1_000)
}

/// The id with that number.
pub(crate) fn uuid(number: u64) -> String {
    format!(
        "019b7a5d-ac96-774b-bcce-{:012x}",
        0x00b3_0209_9a80_u64 + number * 7919
    )
}

/// The id of the user with that number.
pub(crate) fn user_id(number: u64) -> String {
    uuid(100_000 + number)
}

/// A user's link.
pub(crate) fn link(number: u64, name: &str) -> UserLink {
    UserLink {
        id: user_id(number),
        name: name.to_owned(),
    }
}

const NAMES: [&str; 10] = [
    "ada",
    "grace.hopper",
    "linus",
    "margaret",
    "katherine.johnson",
    "alan",
    "barbara",
    "edsger",
    "hedy",
    "radia",
];

const BROWSERS: [(&str, &str, &str); 7] = [
    ("Firefox", "Linux", "desktop"),
    ("Chrome", "Windows 10", "desktop"),
    ("Safari", "iPhone", "phone"),
    ("Edge", "Windows 10", "desktop"),
    ("Safari", "Mac OSX", "desktop"),
    ("Chrome", "Android", "phone"),
    ("", "", ""),
];

const ADDRESSES: [&str; 6] = [
    "192.0.2.1",
    "198.51.100.27",
    "203.0.113.154",
    "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    "198.51.100.4",
    "203.0.113.9",
];

/// One session; the number decides whose, where and how old.
pub(crate) fn session(number: usize) -> SessionItem {
    let (browser, system, device) = BROWSERS[number % BROWSERS.len()];
    let address = ADDRESSES[number % ADDRESSES.len()];
    let n = i64::try_from(number).unwrap();
    let id: SessionId = uuid(u64::try_from(number).unwrap()).parse().unwrap();
    SessionItem {
        session_id: id,
        user: link(
            u64::try_from(number % NAMES.len()).unwrap(),
            NAMES[number % NAMES.len()],
        ),
        browser: browser.to_owned(),
        system: system.to_owned(),
        device: device.to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
            .to_owned(),
        address: address.to_owned(),
        network: "192.0.2.0/24".to_owned(),
        last_address: if number % 4 == 3 {
            "203.0.113.77".to_owned()
        } else {
            address.to_owned()
        },
        method: [
            SignInMethod::Password,
            SignInMethod::Password,
            SignInMethod::SignUp,
        ][number % 3],
        provider: (number % 5 == 1).then(|| "Google".to_owned()),
        created_at: ago(n * n * 2_400 + 240),
        last_seen_at: ago(n * n * 95),
        expires_at: UnixMillis(ago(n * n * 2_400 + 240).0 + 30 * 86_400_000),
        ended: None,
        is_current: false,
    }
}

/// A session that is over.
pub(crate) fn ended(number: usize) -> SessionItem {
    let reasons = [
        EndReason::SignOut,
        EndReason::EndedByAdministrator,
        EndReason::Idle,
        EndReason::PasswordChanged,
    ];
    let reason = reasons[number % reasons.len()];
    SessionItem {
        ended: Some(EndedItem {
            at: ago(4_000),
            reason,
            by: (reason == EndReason::EndedByAdministrator).then(|| link(0, "ada")),
        }),
        ..session(number)
    }
}

/// A session whose every text is as long as it gets.
pub(crate) fn long_session() -> SessionItem {
    SessionItem {
        user: link(50, LONG_NAME),
        browser: "Samsung Internet for Galaxy Watch".to_owned(),
        system: "Windows Server 2022 Datacenter".to_owned(),
        user_agent: "Mozilla/5.0 ".repeat(42),
        address: "2001:0db8:85a3:08d3:1319:8a2e:0370:7348".to_owned(),
        last_address: "2001:0db8:ffff:08d3:1319:8a2e:0370:7348".to_owned(),
        ..session(9)
    }
}

/// One user.
pub(crate) fn user(number: usize) -> UserItem {
    let name = NAMES[number % NAMES.len()];
    let disabled = number % 7 == 5;
    UserItem {
        id: user_id(u64::try_from(number).unwrap()),
        username: name.to_owned(),
        email: (number % 4 != 3).then(|| format!("{name}@example.org")),
        email_verified: number % 3 != 1,
        role: match number {
            0 => Role::Administrator,
            3 => Role::Auditor,
            _ => Role::User,
        },
        state: if disabled {
            UserState::Disabled
        } else {
            UserState::Active
        },
        created_at: ago(i64::try_from(number * number).unwrap() * 500_000 + 7_200),
        disabled_at: disabled.then(|| ago(260_000)),
        awaited_since: (number == 2).then(|| ago(90_000)),
    }
}

/// A user whose every text is as long as it gets.
pub(crate) fn long_user() -> UserItem {
    UserItem {
        username: LONG_NAME.to_owned(),
        email: Some(long_email()),
        email_verified: false,
        ..user(1)
    }
}

/// One event; the number decides which.
pub(crate) fn event(number: usize) -> EventItem {
    let somebody = link(
        u64::try_from(number % NAMES.len()).unwrap(),
        NAMES[number % NAMES.len()],
    );
    let n = i64::try_from(number).unwrap();
    let plain = EventItem {
        at: ago(n * n * 130 + 20),
        kind: EventKind::SignIn,
        outcome: Outcome::Success,
        reason: String::new(),
        actor: Some(somebody.clone()),
        subject: Some(somebody.clone()),
        address: Some(ADDRESSES[number % ADDRESSES.len()].to_owned()),
        identifier: None,
        detail: None,
        request_id: Some("01k9q3w6vd3x8m".to_owned()),
        session: Some("b302099a8057".to_owned()),
        family: number.is_multiple_of(7).then(|| uuid(200_000)),
        bulk_end: None,
        user_agent: Some(
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(),
        ),
    };
    match number % 7 {
        1 => EventItem {
            outcome: Outcome::Failure,
            reason: "No such account".to_owned(),
            actor: None,
            subject: None,
            identifier: Some("root@example.com".to_owned()),
            session: None,
            ..plain
        },
        2 => EventItem {
            kind: EventKind::SessionEnded,
            actor: Some(link(0, "ada")),
            reason: "Ended by an administrator".to_owned(),
            ..plain
        },
        3 => EventItem {
            kind: EventKind::RoleChanged,
            actor: Some(link(0, "ada")),
            detail: Some("{\"from\":\"user\",\"to\":\"auditor\"}".to_owned()),
            ..plain
        },
        4 => EventItem {
            outcome: Outcome::Failure,
            reason: "Wrong password".to_owned(),
            actor: None,
            identifier: Some(somebody.name),
            session: None,
            ..plain
        },
        5 => EventItem {
            kind: EventKind::AttemptsLimited,
            outcome: Outcome::Failure,
            reason: "27 attempts in a minute".to_owned(),
            actor: None,
            subject: None,
            session: None,
            ..plain
        },
        6 => EventItem {
            kind: EventKind::UserCreated,
            actor: None,
            address: None,
            user_agent: None,
            session: None,
            request_id: None,
            ..plain
        },
        _ => plain,
    }
}

/// An event whose every text is as long as it gets.
pub(crate) fn long_event() -> EventItem {
    EventItem {
        kind: EventKind::PermissionDenied,
        outcome: Outcome::Failure,
        reason: "Somebody without the permission to manage users asked to change a role".to_owned(),
        actor: Some(link(50, LONG_NAME)),
        subject: Some(link(51, LONG_NAME)),
        address: Some("2001:0db8:85a3:08d3:1319:8a2e:0370:7348".to_owned()),
        identifier: Some(long_email()),
        detail: Some("{\"path\":\"".to_owned() + &"admin".repeat(40) + "\"}"),
        user_agent: Some("Mozilla/5.0 ".repeat(42)),
        ..event(0)
    }
}
