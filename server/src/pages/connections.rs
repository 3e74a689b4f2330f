//! `/account/connections`: with which accounts elsewhere one signs in.

use axum::{extract::Path, response::Response};
use latchkey_app::{
    Notice, Section,
    page::{
        connections::{ConnectionItem, ConnectionsPage},
        provider::ProviderButton,
    },
};
use latchkey_identity::provider::{
    ProviderError, Purposed,
    connections::{self, Connection, has_password, is_last_way_in},
};
use latchkey_types::{IdentityId, UserId};

use super::{
    providers::{self, Journey, button},
    respond::{self, Around},
};
use crate::{failure::Failure, state::AppState, visit::Visit};

const PATH: &str = "/account/connections";

/// The list, and what can be connected.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let state = visit.state();
    let page = ConnectionsPage {
        connections: items(state, principal.user_id).await?,
        available: providers::buttons(state),
        has_password: has_password(state.authority(), principal.user_id).await?,
        needs_fresh_proof: !visit.has_fresh_proof(),
    };
    let around = Around::new("Connections", Section::AccountConnections);
    respond::page(&visit, around, page).await
}

/// A user's connections as pages show them.
pub(super) async fn items(
    state: &AppState,
    user_id: UserId,
) -> Result<Vec<ConnectionItem>, Failure> {
    let authority = state.authority();
    let list = connections::list(authority, user_id).await?;
    let has_password = has_password(authority, user_id).await?;
    let item = |connection: &Connection| {
        let id = connection.identity_id;
        ConnectionItem {
            identity_id: id.to_string(),
            provider: state.providers().find(&connection.provider).map_or_else(
                // A provider that the settings do not name any more.
                || ProviderButton {
                    id: connection.provider.clone(),
                    name: connection.provider.clone(),
                    icon: None,
                },
                |provider| button(provider.config()),
            ),
            email: connection.email.clone(),
            linked_at: connection.linked_at,
            last_used_at: connection.last_used_at,
            is_blocked: connection.is_blocked,
            is_last_way_in: is_last_way_in(&list, has_password, state.providers(), id),
        }
    };
    Ok(list.iter().map(item).collect())
}

/// Leads to a provider, to connect what comes back.
pub(crate) async fn link(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let principal = visit.signed_in()?;
    let session_id = principal.session_id().ok_or(Failure::NotSignedIn)?;
    let provider = visit
        .state()
        .providers()
        .find(&id)
        .cloned()
        .ok_or(Failure::NotFound)?;
    let journey = Journey {
        purpose: Purposed::Link(session_id),
        next: None,
        fresh: false,
        from_elsewhere: false,
    };
    providers::lead(&visit, &provider, journey).await
}

/// Disconnects one.
pub(crate) async fn unlink(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let identity_id: IdentityId = id.parse().map_err(|_| Failure::NotFound)?;
    let principal = visit.signed_in()?;
    let state = visit.state();
    let outcome = connections::unlink(
        state.identity(),
        state.providers(),
        principal,
        identity_id,
        visit.caller(),
    )
    .await;
    match outcome {
        Ok(()) => Ok(respond::led_to_page(PATH, Notice::Unlinked)),
        // The page says why there is no button.
        Err(ProviderError::LastWayIn) => Ok(respond::led_to_page(PATH, Notice::NothingChanged)),
        Err(ProviderError::SignedOut) => Err(Failure::NotSignedIn),
        Err(ProviderError::Internal(error)) => Err(error.into()),
        Err(_) => Err(Failure::NotFound),
    }
}
