//! Leading to the sign-in page, and back to where somebody was.

use axum::response::{IntoResponse as _, Redirect, Response};
use latchkey_app::Notice;
use latchkey_types::EndReason;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{routes::Class, visit::Visit};

/// Leads somebody whose proof is too old to the sign-in page, and from there back: to the page that
/// they wanted, or to the page of the form that they sent, which says to press again. What they sent
/// is not kept: nothing is done that nobody looks at.
pub(super) fn to_login_again(visit: &Visit) -> Response {
    let back = if visit.route().class == Class::Page {
        Some(visit.here().to_owned())
    } else {
        visit
            .page()
            .map(|page| page.with_notice(Notice::ProofRenewed.as_str()))
    };
    let next = back.map_or_else(String::new, |path| {
        let next = utf8_percent_encode(&path, NON_ALPHANUMERIC);
        format!("&next={next}")
    });
    Redirect::to(&format!("/login?again=1{next}")).into_response()
}

/// Leads somebody who is not signed in to the sign-in page: with the way back if they wanted a
/// page, and with the reason if they were signed in before.
pub(super) fn to_login(visit: &Visit) -> Response {
    let mut query = Vec::new();
    if visit.route().class == Class::Page && visit.here() != "/account" {
        let next = utf8_percent_encode(visit.here(), NON_ALPHANUMERIC);
        query.push(format!("next={next}"));
    }
    if let Some(notice) = visit.ended().and_then(notice_of) {
        query.push(format!("notice={}", notice.as_str()));
    }
    let path = if query.is_empty() {
        "/login".to_owned()
    } else {
        format!("/login?{}", query.join("&"))
    };
    Redirect::to(&path).into_response()
}

fn notice_of(reason: EndReason) -> Option<Notice> {
    match reason {
        EndReason::SignOut | EndReason::Replaced | EndReason::Undelivered => None,
        EndReason::EndedByOwner => Some(Notice::EndedByOwner),
        EndReason::EndedByAdministrator | EndReason::UserDisabled => {
            Some(Notice::EndedByAdministrator)
        }
        EndReason::PasswordChanged => Some(Notice::PasswordChangedElsewhere),
        EndReason::Idle | EndReason::Expired => Some(Notice::SessionExpired),
        EndReason::Recovered => Some(Notice::SignedOutByRecovery),
        EndReason::ProviderRevoked => Some(Notice::SignedOutByProvider),
    }
}
