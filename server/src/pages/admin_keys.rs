//! `/admin/keys`: what signs tokens.

use axum::{extract::Path, response::Response};
use latchkey_app::{
    Notice, Section,
    page::admin_keys::{AdminKeysPage, KeyItem, Standing},
};
use latchkey_authority::{
    key::{self, KeyRow, KeyState, SIGNS_FOR},
    principal::Permission,
};
use latchkey_types::Algorithm;
use serde::Deserialize;

use super::{
    admin_users::word,
    respond::{self, Around},
};
use crate::{failure::Failure, form::Fields, visit::Visit};

/// The keys.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let rows = key::list(visit.state().authority()).await?;
    let waiting: Vec<Algorithm> = rows
        .iter()
        .filter(|row| row.state == KeyState::Next)
        .map(|row| row.algorithm)
        .collect();
    let page = AdminKeysPage {
        keys: rows.into_iter().map(|row| item(row, &waiting)).collect(),
        rotation_days: SIGNS_FOR.as_secs() / (24 * 60 * 60),
        may_manage: visit.may(Permission::ManageKeys),
        needs_fresh_proof: !visit.has_fresh_proof(),
    };
    respond::page(&visit, Around::new("Keys", Section::AdminKeys), page).await
}

/// A key as the page shows it; `waiting` has the algorithms whose next key is published already.
fn item(row: KeyRow, waiting: &[Algorithm]) -> KeyItem {
    let standing = match row.state {
        KeyState::Next => Standing::Next,
        KeyState::Active => Standing::Active,
        KeyState::Retired => Standing::Retired,
        KeyState::Killed => Standing::Killed,
    };
    KeyItem {
        is_last: standing == Standing::Active && !waiting.contains(&row.algorithm),
        kid: row.kid,
        algorithm: row.algorithm,
        standing,
        created_at: row.created_at,
        signs_from: row.signs_from,
        signs_until: row.retires_at,
        verifies_until: row.verifies_until,
        killed_at: row.killed_at,
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct RotateForm {
    #[serde(default)]
    algorithm: String,
}

/// Publishes the next key of an algorithm.
pub(crate) async fn rotate(
    visit: Visit,
    Fields(form): Fields<RotateForm>,
) -> Result<Response, Failure> {
    let algorithm = word::<Algorithm>("algorithm", &form.algorithm)?;
    let authority = visit.state().authority();
    let rotated = key::rotate(authority, visit.signed_in()?, algorithm, visit.caller()).await?;
    let notice = if rotated.changed {
        Notice::KeysRotated
    } else {
        Notice::NothingChanged
    };
    Ok(respond::led_to_page("/admin/keys", notice))
}

/// Kills a key: what it signed is refused from now on.
pub(crate) async fn kill(visit: Visit, Path(kid): Path<String>) -> Result<Response, Failure> {
    let authority = visit.state().authority();
    let killed = key::kill(authority, visit.signed_in()?, &kid, visit.caller()).await?;
    let notice = if killed.changed {
        Notice::KeyKilled
    } else {
        Notice::NothingChanged
    };
    Ok(respond::led_to_page("/admin/keys", notice))
}
