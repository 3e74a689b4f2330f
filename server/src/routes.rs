//! The one table of routes: what a row says, and the router that is built of the rows.
//!
//! The router is built from it, the guard obeys it, and tests walk it: a route that is not in the
//! table does not exist, and one that is there cannot forget its rules.

mod pages;
mod table;

use std::{convert::Infallible, sync::LazyLock};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler as _,
    middleware::from_fn_with_state,
    routing::{MethodRouter, any},
};
use http::Method;
use latchkey_authority::principal::Permission;
use tower_http::timeout::TimeoutLayer;

pub(crate) use self::pages::{has_code, is_for_reading, is_once, is_page, page_above};
pub use self::table::ROUTES;
use crate::{api::auth, cors, guard, middleware, session_store, state::AppState};

/// What kind of thing a route is: how it answers, above all when something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A page: HTML, safe.
    Page,
    /// A form of a page: changes something, then leads to a page.
    Action,
    /// JSON for programs and islands; failures are problem documents.
    Api,
    /// JSON in the shapes of SimpleJWT and dj-rest-auth, for front ends that know these. With and
    /// without the slash at the end; answers `OPTIONS`.
    Auth,
    /// For whoever runs the server, and what anybody may know: no session, any host.
    Operations,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody. The session is looked up where there is one.
    Public,
    /// Whoever is signed in and has the permission.
    Needs(Permission),
}

/// What shows that a request was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginRule {
    /// Nothing: the route changes nothing.
    Safe,
    /// It must come from a page of ours.
    OwnPage,
    /// It must come from a page of ours where it acts through a cookie or sets one: nobody else's
    /// page can send an `Authorization` header. Who acts is known to the guard; where nobody needs
    /// to be signed in, the handler asks.
    ByCookie,
    /// Its own signature: no cookie is looked at or set, so nothing is gained by making a browser
    /// send it.
    Signed,
}

/// How attempts are limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateClass {
    /// They are not.
    None,
    /// Failed guesses at a password, 5 a minute. Counted by the handler, which knows whose.
    SignIn,
    /// New accounts, 20 a minute for each address. Counted by the guard.
    SignUp,
    /// Answers of providers that bring nobody in, 60 a minute for each address. Counted by the
    /// handler, which knows whether they do.
    Provider,
    /// Security events that do not verify, 60 a minute for each address. Counted by the handler,
    /// which knows whether they do.
    SecurityEvent,
    /// Refreshes, 30 a minute for each family. Counted by the handler, which knows of which.
    Refresh,
    /// Refresh tokens that are asked about, 120 a minute for each family, or given up, 30. Counted
    /// by the handler.
    Presented,
}

/// Which proof of identity a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// None is needed; a session is looked up where the browser has one.
    Optional,
    /// A live session.
    Session,
    /// An access token in the header, else a live session.
    BearerOrSession,
    /// An access token in the header, else one in its cookie, else a live session.
    Any,
    /// None is looked at.
    None,
}

/// One row of the table.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, as axum writes it.
    pub path: &'static str,
    /// What kind of thing it is.
    pub class: Class,
    /// Who may use it.
    pub access: Access,
    /// What shows that it was meant.
    pub origin: OriginRule,
    /// How attempts are limited.
    pub rate: RateClass,
    /// Which proof it takes.
    pub proof: Proof,
    /// Whether a request counts as use of the session. What an open page asks by itself does not:
    /// an unattended screen must not keep its session alive.
    pub is_use: bool,
    /// Whether whoever acts must have signed in a short while ago.
    pub needs_fresh_proof: bool,
    handler: fn() -> MethodRouter<AppState>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Route {
    /// Whether pages of `allowed_origins` may act here through what the browser keeps for us: the
    /// calls that are made for front ends, and nothing else.
    pub fn is_for_front_ends(&self) -> bool {
        self.class == Class::Auth
    }

    /// Whether it stands for what is not there.
    pub(crate) fn is_nowhere(&self) -> bool {
        self.path.is_empty()
    }

    /// The path of a call of [`Class::Auth`] without the slash at its end, or with one.
    pub fn other_spelling(&self) -> String {
        self.path
            .strip_suffix('/')
            .map_or_else(|| format!("{}/", self.path), str::to_owned)
    }
}

fn page(path: &'static str, access: Access, handler: fn() -> MethodRouter<AppState>) -> Route {
    Route {
        method: Method::GET,
        path,
        class: Class::Page,
        access,
        origin: OriginRule::Safe,
        rate: RateClass::None,
        proof: proof(access),
        is_use: true,
        needs_fresh_proof: false,
        handler,
    }
}

fn action(path: &'static str, access: Access, handler: fn() -> MethodRouter<AppState>) -> Route {
    Route {
        method: Method::POST,
        class: Class::Action,
        origin: OriginRule::OwnPage,
        ..page(path, access, handler)
    }
}

fn read(path: &'static str, access: Access, handler: fn() -> MethodRouter<AppState>) -> Route {
    Route {
        class: Class::Api,
        proof: api_proof(access),
        ..page(path, access, handler)
    }
}

/// A change of the administration: it asks for a fresh proof.
fn change(
    method: Method,
    path: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<AppState>,
) -> Route {
    Route {
        method,
        class: Class::Api,
        origin: OriginRule::ByCookie,
        proof: api_proof(access),
        needs_fresh_proof: true,
        ..page(path, access, handler)
    }
}

/// What another server pushes, and signs.
fn pushed(path: &'static str, handler: fn() -> MethodRouter<AppState>) -> Route {
    Route {
        method: Method::POST,
        class: Class::Api,
        origin: OriginRule::Signed,
        proof: Proof::None,
        is_use: false,
        ..page(path, Access::Public, handler)
    }
}

/// A call of SimpleJWT or dj-rest-auth.
fn call(
    method: Method,
    path: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<AppState>,
) -> Route {
    Route {
        origin: if method.is_safe() {
            OriginRule::Safe
        } else {
            OriginRule::ByCookie
        },
        method,
        class: Class::Auth,
        proof: match access {
            // For tokens that are bound to what the browser has.
            Access::Public => Proof::Optional,
            Access::Needs(_) => Proof::Any,
        },
        is_use: matches!(access, Access::Needs(_)),
        ..page(path, access, handler)
    }
}

fn api_proof(access: Access) -> Proof {
    match access {
        Access::Public => Proof::None,
        Access::Needs(_) => Proof::BearerOrSession,
    }
}

fn polled(route: Route) -> Route {
    Route {
        is_use: false,
        ..route
    }
}

fn operation(path: &'static str, handler: fn() -> MethodRouter<AppState>) -> Route {
    Route {
        class: Class::Operations,
        proof: Proof::None,
        ..page(path, Access::Public, handler)
    }
}

fn proof(access: Access) -> Proof {
    match access {
        Access::Public => Proof::Optional,
        Access::Needs(_) => Proof::Session,
    }
}

/// What asks for a sign-in of a short while ago.
fn fresh(route: Route) -> Route {
    Route {
        needs_fresh_proof: true,
        ..route
    }
}

/// What is asked for where no row is: a page that says so to whoever it is.
static NOWHERE: LazyLock<Route> = LazyLock::new(|| Route {
    is_use: false,
    ..page("", Access::Public, || any(guard::nowhere::not_found))
});

fn limited(rate: RateClass, route: Route) -> Route {
    Route { rate, ..route }
}

/// A handler that has not answered by then is dropped where it waits, and the other end is told 503.
///
/// A transaction that is open is rolled back with it; what was committed stays, and what runs in a
/// task of its own runs on. Sending the body of an answer is not counted.
const REQUEST_LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Builds the router out of the table.
pub fn router(state: AppState) -> Router {
    let names = state.cookie_names();
    let sessions = tower_sessions::SessionManagerLayer::new(session_store::Store::new(
        state.authority().clone(),
    ))
    .with_name(names.session)
    .with_secure(names.is_secure())
    .with_same_site(tower_sessions::cookie::SameSite::Lax)
    .with_expiry(tower_sessions::Expiry::OnInactivity(
        time::Duration::try_from(state.settings().session_ttl).unwrap_or(time::Duration::DAY),
    ));

    let mut paths: Vec<(&'static Route, MethodRouter<AppState>)> = Vec::new();
    for route in ROUTES.iter() {
        let mut methods = (route.handler)();
        if route.class != Class::Operations {
            // Inside out: the guard runs after tower-sessions has found the cookie.
            methods = methods
                .layer::<_, Infallible>(from_fn_with_state((state.clone(), route), guard::guard))
                .layer(sessions.clone());
        }
        match paths.iter_mut().find(|(known, _)| known.path == route.path) {
            Some((_, known)) => *known = std::mem::take(known).merge(methods),
            None => paths.push((route, methods)),
        }
    }
    let mut router = Router::new();
    for (route, methods) in paths {
        router = if route.class == Class::Auth {
            let methods = auth::mount(route.path, methods);
            router
                .route(route.path, methods.clone())
                .route(&route.other_spelling(), methods)
        } else {
            router.route(route.path, methods)
        };
    }
    // Whoever is signed in keeps the navigation where nothing is.
    let known = from_fn_with_state((state.clone(), &*NOWHERE), guard::guard);
    let nowhere = (NOWHERE.handler)()
        .layer::<_, Infallible>(known.clone())
        .layer(sessions.clone())
        .layer(from_fn_with_state(state.clone(), guard::nowhere::files))
        .with_state(state.clone());
    let other_method = guard::nowhere::method_not_allowed
        .layer(known)
        .layer(sessions)
        .layer(axum::middleware::from_fn(guard::nowhere::programs_first));
    router
        .fallback_service(nowhere)
        .method_not_allowed_fallback(other_method)
        // Each layer is around those above it.
        .layer(DefaultBodyLimit::max(middleware::BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            http::StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_LIMIT,
        ))
        .layer(from_fn_with_state(state.clone(), middleware::contain))
        .layer(from_fn_with_state(state.clone(), guard::render_failures))
        .layer(from_fn_with_state(state.clone(), cors::share))
        .layer(from_fn_with_state(state.clone(), middleware::secure))
        .layer(from_fn_with_state(state.clone(), middleware::observe))
        .with_state(state)
}
