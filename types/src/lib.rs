//! Words that the server and the browser share.
//!
//! Everything here compiles to wasm and carries no behaviour that needs a database, a clock or
//! randomness: ids, newtypes that parse, and the closed sets of words that appear in the
//! database, in JSON and on pages. A word is spelled in one place, by [`Word`].

#![warn(missing_docs)]

mod id;
mod instant;
mod visible;
mod word;

pub use id::{
    BulkEndId, EventId, FamilyId, IdError, IdentityId, IncidentId, InvitationId, NodeId, SessionId,
    UserId,
};
pub use instant::UnixMillis;
pub use visible::{isolated, visible};
pub use word::{
    Algorithm, BulkEndState, BulkTarget, EndReason, EventKind, ExportFormat, FamilyEndReason,
    FamilySort, FamilyState, IncidentClass, ListName, ListSort, Outcome, ProviderEvent,
    RefreshOutcome, Role, SessionSort, SessionState, SignInMethod, Span, Transport, UnknownWord,
    UserState, Verdict, Word,
};
