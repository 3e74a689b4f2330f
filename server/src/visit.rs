//! [`Visit`]: everything that is known of a request before its handler runs.

use std::sync::{Arc, OnceLock};

use axum::{extract::FromRequestParts, response::IntoResponse as _};
use http::{HeaderValue, Method, request::Parts};
use latchkey_app::{Theme, page::error::TypedItem};
use latchkey_authority::{
    caller::Caller,
    principal::{Credential, Permission, Principal, authorize},
};
use latchkey_types::{EndReason, FamilyId};
use zeroize::Zeroizing;

use crate::{
    csrf::{self, Binding},
    device::KnownDevice,
    failure::{Failure, PROOF_AGE},
    form::LocalPath,
    origin::Meant,
    routes::{self, Route},
    state::AppState,
};

/// Where the proof of who is signed in stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the `Authorization` header: no page of a stranger can send that.
    Header,
    /// In the cookie of an access token.
    AccessCookie,
    /// In the cookie of a session.
    Session,
}

/// A request, judged by the guard: an extractor for handlers.
#[derive(Debug, Clone)]
pub struct Visit(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) state: AppState,
    pub(crate) route: &'static Route,
    pub(crate) caller: Caller,
    pub(crate) principal: Option<Principal>,
    pub(crate) source: Option<Source>,
    pub(crate) cookie_family: Option<FamilyId>,
    pub(crate) meant: Meant,
    pub(crate) ended: Option<EndReason>,
    pub(crate) renewal_due: bool,
    pub(crate) device: Option<KnownDevice>,
    pub(crate) setup_code: Option<Zeroizing<String>>,
    pub(crate) invitation_code: Option<Zeroizing<String>>,
    pub(crate) pre_session: [u8; 16],
    /// The `Set-Cookie` that makes a new pre-session known, if the request came without.
    pub(crate) pre_session_cookie: Option<HeaderValue>,
    /// The path with its query, for links that lead back here.
    pub(crate) here: String,
    /// The page that the request came from, if it is one of ours.
    pub(crate) from: Option<LocalPath>,
    /// The theme that the browser chose.
    pub(crate) theme: Theme,
    /// What stood in a form of ours that was not taken.
    pub(crate) typed: OnceLock<Vec<TypedItem>>,
}

impl std::fmt::Debug for Inner {
    /// Without the codes of links and the pre-session.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visit")
            .field("route", &self.route)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

impl Visit {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The handles.
    pub fn state(&self) -> &AppState {
        &self.0.state
    }

    /// The route that was asked for.
    pub fn route(&self) -> &'static Route {
        self.0.route
    }

    /// Where the request came from.
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// Who is signed in, if somebody is.
    pub fn principal(&self) -> Option<&Principal> {
        self.0.principal.as_ref()
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`Failure::NotSignedIn`] if nobody is; the guard has made sure on routes that ask for it.
    pub fn signed_in(&self) -> Result<&Principal, Failure> {
        self.principal().ok_or(Failure::NotSignedIn)
    }

    /// Whether they proved who they are a short while ago.
    pub(crate) fn has_fresh_proof(&self) -> bool {
        let now = self.state().authority().now();
        self.principal()
            .is_some_and(|principal| now.since(principal.proved_at) <= PROOF_AGE)
    }

    /// Where their proof stood.
    pub fn source(&self) -> Option<Source> {
        self.0.source
    }

    /// Makes sure that the request was meant: it comes from a page of ours, or brings the token of
    /// what its cookies stand for.
    ///
    /// # Errors
    /// [`Failure::ForeignForm`] if it does not.
    pub(crate) fn require_meant(&self) -> Result<(), Failure> {
        self.require_meant_by(self.binding())
    }

    /// The same, where what its cookies stand for was found by the handler.
    pub(crate) fn require_meant_by(&self, binding: Binding) -> Result<(), Failure> {
        let keys = self.state().authority().keys();
        self.0
            .meant
            .require(|token| csrf::verify(keys, binding, token))
    }

    /// Makes sure that no page of an origin that has no business here asks.
    ///
    /// # Errors
    /// [`Failure::ForeignForm`] if one does.
    pub(crate) fn require_origin(&self) -> Result<(), Failure> {
        self.0.meant.require_origin()
    }

    /// Makes sure that no page of somebody else has the browser ask, where it is the browser that
    /// proves who asks.
    ///
    /// # Errors
    /// [`Failure::ForeignForm`] if one does.
    pub(crate) fn require_own_link(&self) -> Result<(), Failure> {
        match self.source() {
            Some(Source::Header) => Ok(()),
            _ => self.0.meant.require_own_link(),
        }
    }

    /// Whether the one who is signed in may do something: for what a page offers. What is done is
    /// decided again, by `authority`, in the transaction that does it.
    pub fn may(&self, permission: Permission) -> bool {
        self.principal()
            .is_some_and(|principal| authorize(principal.role, permission))
    }

    /// Why the session of the request's cookie is over, if it is.
    pub fn ended(&self) -> Option<EndReason> {
        self.0.ended
    }

    /// The device, if it signed in before.
    pub(crate) fn device(&self) -> Option<KnownDevice> {
        self.0.device
    }

    /// The one-time code of the set-up link, if it was followed.
    pub(crate) fn setup_code(&self) -> Option<&str> {
        self.0.setup_code.as_ref().map(|code| code.as_str())
    }

    /// The one-time code of an invitation's link, if it was followed.
    pub(crate) fn invitation_code(&self) -> Option<&str> {
        self.0.invitation_code.as_ref().map(|code| code.as_str())
    }

    /// Whether the session's cookie should get a new value.
    pub(crate) fn renewal_due(&self) -> bool {
        self.0.renewal_due
    }

    /// The path with its query.
    pub fn here(&self) -> &str {
        &self.0.here
    }

    /// The page that a form of this visit stands on, to go back to: this one, or the one that sent
    /// the form which this request is. Without what it said that had just happened.
    pub(crate) fn page(&self) -> Option<LocalPath> {
        let here = LocalPath::parse(self.here())?;
        let here = if routes::has_code(here.as_str()) {
            here.without_query()
        } else {
            here.without_notice()
        };
        let is_read = self.route().method == Method::GET && !routes::is_once(here.as_str());
        let from = self.0.from.as_ref().map(|from| {
            if routes::has_code(from.as_str()) {
                from.without_query()
            } else {
                from.without_notice()
            }
        });
        if is_read {
            return Some(here);
        }
        if routes::is_page(here.as_str()) {
            // A form that is sent to its own page stands where that was read, filter and all.
            let own = from.filter(|from| from.without_query() == here.without_query());
            return Some(own.unwrap_or(here));
        }
        from.filter(|from| routes::is_page(from.as_str()))
            .or_else(|| routes::page_above(here.as_str()).and_then(|path| LocalPath::parse(&path)))
    }

    /// The theme that the browser chose.
    pub(crate) fn theme(&self) -> Theme {
        self.0.theme
    }

    /// Keeps what stood in a form of ours that is not taken, for the page that says so.
    pub(crate) fn keep_typed(&self, typed: Vec<TypedItem>) {
        // A second form there is none.
        let _ = self.0.typed.set(typed);
    }

    /// What was kept.
    pub(crate) fn typed(&self) -> &[TypedItem] {
        self.0.typed.get().map_or(&[], Vec::as_slice)
    }

    /// Whether tokens are bound to something better than a cookie of nobody in particular.
    pub(crate) fn is_bound(&self) -> bool {
        !matches!(self.binding(), Binding::PreSession(_))
    }

    /// A token for the forms of a page.
    pub fn csrf_token(&self) -> String {
        let authority = self.state().authority();
        csrf::token(authority.keys(), authority.random(), self.binding())
    }

    /// Whether a token came from a page of this visitor.
    pub(crate) fn accepts_csrf(&self, token: &str) -> bool {
        csrf::verify(self.state().authority().keys(), self.binding(), token)
    }

    /// What ties to this browser what it carries to a provider and back.
    pub(crate) fn browser(&self) -> &[u8] {
        &self.0.pre_session
    }

    /// The cookie that every page with a form sets where it is missing.
    pub(crate) fn pre_session_cookie(&self) -> Option<&HeaderValue> {
        self.0.pre_session_cookie.as_ref()
    }

    fn binding(&self) -> Binding {
        // A family whose cookies the browser has comes before its session: whoever asks for a
        // token on the paths where both are looked at is a front end that acts through the family.
        if let Some(family_id) = self.0.cookie_family {
            return Binding::Family(family_id);
        }
        match self.0.principal.as_ref().map(|who| who.credential) {
            Some(Credential::Session(session_id)) => Binding::Session(session_id),
            Some(Credential::Family(family_id)) => Binding::Family(family_id),
            None => Binding::PreSession(self.0.pre_session),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Failure::internal(anyhow::anyhow!("a route without the guard")).into_response()
        })
    }
}
