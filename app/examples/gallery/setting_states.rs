//! `/admin/settings` in its states.

use latchkey_app::{
    Section,
    page::admin_settings::{AdminSettingsPage, FindingItem, SettingGroup, SettingItem},
};
use latchkey_types::Role;

use crate::states::{Stage, of};

pub(crate) fn all(stage: &mut Stage) {
    let frame = || of(Role::Administrator, Section::AdminSettings, "Settings");
    stage.shoot("admin-settings", frame(), page());
    stage.shoot(
        "admin-settings-safe",
        frame(),
        AdminSettingsPage {
            findings: Vec::new(),
            groups: Vec::new(),
            only_changed: true,
            ..page()
        },
    );
}

fn page() -> AdminSettingsPage {
    AdminSettingsPage {
        findings: vec![
            FindingItem {
                setting: "trusted_proxies",
                problem: "base_url is https, so a proxy stands before this program, but no proxy is trusted: all callers have the proxy's address and share its limits".to_owned(),
                advice: "Name the proxy's network, such as `127.0.0.0/8`".to_owned(),
            },
            FindingItem {
                setting: "rate_limit",
                problem: "It is off: passwords can be guessed without pause".to_owned(),
                advice: "Set it to `on`".to_owned(),
            },
        ],
        in_force: vec![
            ("Program", "Latchkey 0.1.0".to_owned()),
            ("Address", "https://id.example.com".to_owned()),
            ("Database", "PostgreSQL, which several nodes may share".to_owned()),
            ("Hears of changes", "By notifications, and by a poll each half second".to_owned()),
        ],
        groups: vec![
            SettingGroup {
                name: "Server",
                settings: vec![
                    setting("listen", "127.0.0.1:3000", "default", "Address and port to listen on."),
                    setting(
                        "base_url",
                        "https://id.example.com",
                        "/etc/latchkey/a-rather-long-folder-name-for-one-file/latchkey.toml",
                        "The address that browsers use; `http://` and the listen address where unset. Plain http only on loopback.",
                    ),
                    setting("database_url", "(secret)", "environment", "`sqlite://…` or `postgres://…`; `latchkey.db` in the data folder where unset."),
                    setting("trusted_proxies", "", "default", "Networks whose `X-Forwarded-For` is believed, with commas between."),
                ],
            },
            SettingGroup {
                name: "Front ends",
                settings: vec![setting(
                    "allowed_origins",
                    "https://a-front-end-with-a-long-name.example.com,https://another-front-end.example.org,https://third.example.net",
                    "command line",
                    "Further origins whose pages may sign users in and act for them through the calls for front ends.",
                )],
            },
        ],
        only_changed: false,
    }
}

fn setting(name: &'static str, value: &str, origin: &str, about: &'static str) -> SettingItem {
    SettingItem {
        name,
        value: value.to_owned(),
        origin: origin.to_owned(),
        is_changed: origin != "default",
        about,
    }
}
