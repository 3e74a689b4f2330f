//! `/admin/settings`: what this node runs with.

use axum::response::Response;
use latchkey_app::{
    Section,
    page::admin_settings::{AdminSettingsPage, FindingItem, SettingGroup, SettingItem},
};
use serde::Deserialize;

use super::respond::{self, Around};
use crate::{
    failure::Failure,
    form::Query,
    settings::{DEFINITIONS, Group, Origin, Settings, findings},
    visit::Visit,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SettingsQuery {
    show: String,
}

/// The settings in force.
pub(crate) async fn show(
    visit: Visit,
    Query(query): Query<SettingsQuery>,
) -> Result<Response, Failure> {
    let only_changed = match query.show.as_str() {
        "" => false,
        "changed" => true,
        _ => {
            return Err(Failure::BadRequest(
                "show: expected `changed`, or nothing".to_owned(),
            ));
        }
    };
    let settings = visit.state().settings();
    let findings = findings(settings, visit.state().authority()).await?;
    let page = AdminSettingsPage {
        findings: findings
            .into_iter()
            .map(|finding| FindingItem {
                setting: finding.setting,
                problem: finding.problem,
                advice: finding.advice,
            })
            .collect(),
        in_force: in_force(&visit),
        groups: groups(settings, only_changed),
        only_changed,
    };
    respond::page(
        &visit,
        Around::new("Settings", Section::AdminSettings),
        page,
    )
    .await
}

/// What the settings come to, where that is not plain from them.
fn in_force(visit: &Visit) -> Vec<(&'static str, String)> {
    let settings = visit.state().settings();
    let feed = visit
        .state()
        .authority()
        .feed()
        .state(visit.state().authority());
    let database = if settings.is_embedded() {
        "SQLite, in a file of this machine"
    } else {
        "PostgreSQL, which several nodes may share"
    };
    let hears = match (settings.is_embedded(), feed.is_listening) {
        (true, _) => "From the file itself, each quarter of a second at the latest",
        (false, true) => "By notifications, and by a poll each half second",
        (false, false) => "By a poll each half second alone: notifications do not arrive",
    };
    let counted = if settings.redis_url.is_some() {
        "In Redis or Valkey, for all nodes together"
    } else {
        "In the memory of this node"
    };
    let sign_up = if settings.is_sign_up_open() {
        "Anybody, by the form"
    } else if settings.is_provider_sign_up_open() && !settings.providers.is_empty() {
        "Whoever comes through a provider"
    } else {
        "Nobody by themselves"
    };
    vec![
        ("Program", format!("Latchkey {}", env!("CARGO_PKG_VERSION"))),
        ("Address", settings.base_url.to_string()),
        ("Database", database.to_owned()),
        ("Hears of changes", hears.to_owned()),
        ("Counts attempts", counted.to_owned()),
        ("May sign up", sign_up.to_owned()),
    ]
}

fn groups(settings: &Settings, only_changed: bool) -> Vec<SettingGroup> {
    Group::ALL
        .into_iter()
        .map(|group| SettingGroup {
            name: group.label(),
            settings: DEFINITIONS
                .iter()
                .filter(|definition| definition.group == group)
                .filter_map(|definition| {
                    let (value, origin) = settings.report.get(definition.name)?;
                    Some(SettingItem {
                        name: definition.name,
                        value: if value == Settings::UNSET {
                            String::new()
                        } else {
                            value.clone()
                        },
                        origin: origin.to_string(),
                        is_changed: *origin != Origin::Default,
                        about: definition.about,
                    })
                })
                .filter(|setting| setting.is_changed || !only_changed)
                .collect(),
        })
        .collect()
}
