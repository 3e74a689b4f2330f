//! `GET /api/admin/settings`: what this node runs with.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    failure::Failure,
    settings::{DEFINITIONS, findings},
    visit::Visit,
};

#[utoipa::path(get, path = "/api/admin/settings", tag = "Console", responses((status = 200, body = SettingsReport)))]
/// The settings in force, where each came from, and what is unsafe. Secrets are masked.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let settings = visit.state().settings();
    let findings = findings(settings, visit.state().authority()).await?;
    Ok(Json(SettingsReport {
        items: DEFINITIONS
            .iter()
            .filter_map(|definition| {
                let (value, origin) = settings.report.get(definition.name)?;
                Some(Setting {
                    name: definition.name,
                    value: value.clone(),
                    origin: origin.to_string(),
                    about: definition.about,
                })
            })
            .collect(),
        findings: findings
            .into_iter()
            .map(|finding| Finding {
                setting: finding.setting,
                problem: finding.problem,
                advice: finding.advice,
            })
            .collect(),
    })
    .into_response())
}

/// What a node runs with.
#[derive(Debug, Serialize, ToSchema)]
struct SettingsReport {
    items: Vec<Setting>,
    /// What is unsafe or surprising.
    findings: Vec<Finding>,
}

/// One setting.
#[derive(Debug, Serialize, ToSchema)]
struct Setting {
    /// Its name in `latchkey.toml`.
    #[schema(example = "session_idle")]
    name: &'static str,
    /// Its value as it would be written, `(unset)` where it is not set; masked where it is a secret.
    #[schema(example = "14d")]
    value: String,
    /// `command line`, `environment`, the path of a file, or `default`.
    #[schema(example = "default")]
    origin: String,
    /// What it does.
    #[schema(example = "A session ends when it was not used for so long.")]
    about: &'static str,
}

/// Something to be looked at.
#[derive(Debug, Serialize, ToSchema)]
struct Finding {
    /// Which setting it is about.
    #[schema(example = "rate_limit")]
    setting: &'static str,
    /// What is wrong.
    #[schema(example = "It is off: passwords can be guessed without pause")]
    problem: String,
    /// What to do about it.
    #[schema(example = "Set it to `on`")]
    advice: String,
}
