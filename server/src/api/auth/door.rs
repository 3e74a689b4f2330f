//! Signing in with a name and a password: what both dialects share.

use latchkey_authority::family::Issued;
use latchkey_identity::{SignInError, sign_in_for_family};
use latchkey_types::Transport;
use serde_json::json;

use super::refusal::Refusal;
use crate::{failure::Failure, limits, visit::Visit};

/// Refuses where the door is closed.
pub(super) fn open(visit: &Visit) -> Result<(), Refusal> {
    if visit.state().settings().api_password_login {
        return Ok(());
    }
    Err(Refusal::with(
        http::StatusCode::NOT_FOUND,
        json!({ "detail": "Signing in with a password is turned off here." }),
    ))
}

/// Opens a family for whoever knows the password; `None` where nobody does.
pub(super) async fn enter(
    visit: &Visit,
    identifier: &str,
    password: &str,
    transport: Transport,
) -> Result<Option<Issued>, Refusal> {
    if identifier.len() > limits::IDENTIFIER_LIMIT {
        return Ok(None);
    }
    // Counted before anything is looked up: guesses sent at once count one by one.
    let reserved = limits::reserve_sign_in(visit, identifier)
        .await?
        .map_err(|limited| Failure::Limited {
            retry_after: limited.retry_after,
        })?;
    let outcome = sign_in_for_family(
        visit.state().identity(),
        identifier,
        password,
        transport,
        visit.caller(),
    )
    .await;
    match outcome {
        Ok(issued) => {
            reserved.give_back().await;
            Ok(Some(issued))
        }
        Err(SignInError::Refused) => Ok(None),
        Err(SignInError::Busy { retry_after }) => {
            // It was never judged.
            reserved.give_back().await;
            Err(Failure::Busy {
                retry_after: retry_after.as_secs().max(1),
            }
            .into())
        }
        Err(SignInError::Internal(error)) => {
            reserved.give_back().await;
            Err(error.into())
        }
    }
}
