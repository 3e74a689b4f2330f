//! Rows of the database as rows of pages: ids get names, words get labels.

use latchkey_app::page::{
    admin_audit::EventItem,
    admin_overview::Tally,
    admin_users::UserItem,
    sessions::{EndedItem, SessionItem},
};
use latchkey_authority::{
    Authority, StoreError, audit::AuditRow, page::Count, session::SessionRow,
};
use latchkey_identity::{account::UserEntry, provider::connections::providers_of};
use latchkey_types::{
    BulkEndId, EndReason, EventKind, FamilyEndReason, FamilyId, IdentityId, ProviderEvent,
    RefreshOutcome, SessionId, Verdict, Word,
};

use super::names::Names;

/// Sessions as lists show them.
pub(super) async fn sessions(
    authority: &Authority,
    rows: Vec<SessionRow>,
    current: Option<SessionId>,
) -> Result<Vec<SessionItem>, StoreError> {
    let mentioned = rows.iter().flat_map(|row| {
        [Some(row.user_id), row.ended.and_then(|ended| ended.by)]
            .into_iter()
            .flatten()
    });
    let names = Names::of(authority, mentioned).await?;
    let through: Vec<IdentityId> = rows.iter().filter_map(|row| row.identity_id).collect();
    let providers = providers_of(authority, &through).await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionItem {
            provider: row
                .identity_id
                .and_then(|id| providers.get(&id))
                .map(|provider| provider_name(provider)),
            session_id: row.session_id,
            user: names.link(row.user_id),
            browser: row.browser,
            system: row.system,
            device: row.device,
            user_agent: row.user_agent,
            address: row.address,
            network: row.network,
            last_address: row.last_address,
            method: row.method,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            ended: row.ended.map(|ended| EndedItem {
                at: ended.at,
                reason: ended.reason,
                by: ended.by.map(|by| names.link(by)),
            }),
            is_current: Some(row.session_id) == current,
        })
        .collect())
}

/// A provider as people call it, by its id in the settings.
fn provider_name(id: &str) -> String {
    match id {
        "google" => "Google",
        "github" => "GitHub",
        other => other,
    }
    .to_owned()
}

/// Events as lists show them.
pub(super) async fn events(
    authority: &Authority,
    rows: Vec<AuditRow>,
) -> Result<Vec<EventItem>, StoreError> {
    let mentioned = rows
        .iter()
        .flat_map(|row| [row.actor, row.subject].into_iter().flatten());
    let names = Names::of(authority, mentioned).await?;
    Ok(rows
        .into_iter()
        .map(|row| EventItem {
            at: row.at,
            kind: row.kind,
            outcome: row.outcome,
            reason: match row.kind {
                EventKind::BulkEndOrdered | EventKind::BulkEndStopped => {
                    row.detail.as_deref().map(bulk_text).unwrap_or_default()
                }
                _ => row.reason.as_deref().map(reason_text).unwrap_or_default(),
            },
            actor: row.actor.map(|id| names.link(id)),
            subject: row.subject.map(|id| names.link(id)),
            address: row.address,
            identifier: row.identifier,
            family: row.detail.as_deref().and_then(family_of),
            bulk_end: row.detail.as_deref().and_then(bulk_end_of),
            detail: row.detail,
            request_id: row.request_id,
            session: row.session.map(SessionId::short),
            user_agent: row.user_agent,
        })
        .collect())
}

/// The refresh family among the facts of an event.
fn family_of(detail: &str) -> Option<String> {
    let facts: serde_json::Value = serde_json::from_str(detail).ok()?;
    let family: FamilyId = facts.get("family")?.as_str()?.parse().ok()?;
    Some(family.to_string())
}

/// The order to end many among the facts of an event.
fn bulk_end_of(detail: &str) -> Option<String> {
    let facts: serde_json::Value = serde_json::from_str(detail).ok()?;
    let bulk_end: BulkEndId = facts.get("bulk_end")?.as_str()?.parse().ok()?;
    Some(bulk_end.to_string())
}

/// What an event says of an order to end many: `412 sessions of 37 users`, `stopped after 200 of 412`.
fn bulk_text(detail: &str) -> String {
    let facts: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    let number = |name: &str| facts.get(name).and_then(serde_json::Value::as_u64);
    if let (Some(ended), Some(of)) = (number("ended"), number("of")) {
        return format!("After {ended} of {of}");
    }
    let counted = |count: u64, one: &str, many: &str| {
        let noun = if count == 1 { one } else { many };
        format!("{count} {noun}")
    };
    let what = if let Some(sessions) = number("sessions") {
        counted(sessions, "session", "sessions")
    } else if let Some(families) = number("families") {
        counted(families, "API sign-in", "API sign-ins")
    } else {
        return String::new();
    };
    let more = if facts.get("or_more") == Some(&true.into()) {
        "More than "
    } else {
        ""
    };
    match number("users") {
        Some(users) => format!("{more}{what} of {}", counted(users, "user", "users")),
        None => format!("{more}{what}"),
    }
}

/// A reason as a person reads it.
fn reason_text(reason: &str) -> String {
    fn label<W: Word>(reason: &str) -> Option<&'static str> {
        W::parse(reason).ok().map(Word::label)
    }
    if let Some(known) = label::<EndReason>(reason)
        .or_else(|| label::<FamilyEndReason>(reason))
        .or_else(|| label::<RefreshOutcome>(reason))
        .or_else(|| label::<Verdict>(reason))
        .or_else(|| label::<ProviderEvent>(reason))
    {
        return known.to_owned();
    }
    match reason {
        "unknown_account" => "No such account",
        "wrong_password" => "Wrong password",
        "disabled" => "User disabled",
        "no_password" => "Account has no password",
        "malformed" => "Not a name or an address",
        "changed_meanwhile" => "Password changed meanwhile",
        "signed_out" => "Session was over",
        "username" => "Name not accepted",
        "username_taken" => "Name taken",
        "email" => "Address not accepted",
        "email_taken" => "Address taken",
        "password" => "Password not accepted",
        "invalid_code" => "Link not valid",
        "used" => "Link used already",
        "withdrawn" => "Link withdrawn",
        "not_vouched_for" => "Its maker may not manage users any more",
        "sign_up_closed" => "Sign-up is closed",
        "has_owner" => "Account has an owner already",
        "first_password" => "First password",
        "bootstrap" => "From the settings",
        "too_many" => "Too many attempts",
        "role" => "Role does not allow it",
        "token_malformed" => "Not a security event",
        "token_key" => "Signed with a key that is not the provider's",
        "token_signature" => "Signature does not verify",
        "token_issuer" => "Of another issuer",
        "token_audience" => "For somebody else",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// Users as lists show them.
pub(super) fn user(entry: UserEntry) -> UserItem {
    UserItem {
        id: entry.account.user_id.to_string(),
        username: entry.account.username,
        email: entry.account.email,
        email_verified: entry.account.email_verified_at.is_some(),
        role: entry.role,
        state: entry.state,
        created_at: entry.account.created_at,
        disabled_at: entry.disabled_at,
        awaited_since: entry.awaited_since,
    }
}

/// A count as pages show it.
pub(super) fn tally(count: Count) -> Tally {
    Tally {
        count: count.0,
        capped: count.is_capped(),
    }
}
