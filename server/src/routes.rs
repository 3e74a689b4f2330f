//! The one table of routes.
//!
//! The router is built from it, the guard obeys it, and tests walk it: a route that is not in the
//! table does not exist, and one that is there cannot forget its rules.

use std::{convert::Infallible, sync::LazyLock};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::MethodRouter,
};
use http::Method;
use latchkey_authority::principal::Permission;
use tower_http::timeout::TimeoutLayer;

use crate::{
    api, guard, middleware, operations, pages, session_store, state::AppState, well_known,
};

/// What kind of thing a route is: how it answers, above all when something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A page: HTML, safe.
    Page,
    /// A form of a page: changes something, then leads to a page.
    Action,
    /// JSON for programs and islands.
    Api,
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
}

/// Which proof of identity a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// None is needed; a session is looked up where the browser has one.
    Optional,
    /// A live session.
    Session,
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
    handler: fn() -> MethodRouter<AppState>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
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
        ..page(path, access, handler)
    }
}

fn change(
    method: Method,
    path: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<AppState>,
) -> Route {
    Route {
        method,
        class: Class::Api,
        origin: OriginRule::OwnPage,
        ..page(path, access, handler)
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

fn limited(rate: RateClass, route: Route) -> Route {
    Route { rate, ..route }
}

const OWN: Access = Access::Needs(Permission::UseAccount);
const VIEW: Access = Access::Needs(Permission::ViewConsole);
const END: Access = Access::Needs(Permission::EndSessions);
const MANAGE: Access = Access::Needs(Permission::ManageUsers);
const JUDGE: Access = Access::Needs(Permission::JudgeIncidents);
const KEYS: Access = Access::Needs(Permission::ManageKeys);

macro_rules! get {
    ($handler:path) => {
        || axum::routing::get($handler)
    };
}
macro_rules! post {
    ($handler:path) => {
        || axum::routing::post($handler)
    };
}

/// Every route.
pub static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    vec![
        page("/", Access::Public, get!(pages::home)),
        page("/login", Access::Public, get!(pages::login::show)),
        limited(
            RateClass::SignIn,
            action("/login", Access::Public, post!(pages::login::submit)),
        ),
        // Whoever has no session is signed out already: no page says "sign in first" to that.
        action("/logout", Access::Public, post!(pages::login::sign_out)),
        page("/register", Access::Public, get!(pages::register::show)),
        limited(
            RateClass::SignUp,
            action("/register", Access::Public, post!(pages::register::submit)),
        ),
        page("/setup", Access::Public, get!(pages::setup::show)),
        limited(
            RateClass::SignUp,
            action("/setup", Access::Public, post!(pages::setup::submit)),
        ),
        page("/account", OWN, get!(pages::account::show)),
        page("/account/sessions", OWN, get!(pages::sessions::show)),
        action(
            "/account/sessions/end-others",
            OWN,
            post!(pages::sessions::end_others),
        ),
        action(
            "/account/sessions/{session_id}/end",
            OWN,
            post!(pages::sessions::end),
        ),
        action(
            "/account/families/{family_id}/end",
            OWN,
            post!(pages::sessions::end_family),
        ),
        action("/account/threats/dismiss", OWN, post!(pages::account::told)),
        page("/account/security", OWN, get!(pages::security::show)),
        limited(
            RateClass::SignIn,
            action(
                "/account/security/password",
                OWN,
                post!(pages::security::submit),
            ),
        ),
        page("/admin", VIEW, get!(pages::admin_overview::show)),
        page("/admin/sessions", VIEW, get!(pages::admin_sessions::show)),
        action(
            "/admin/sessions/{session_id}/end",
            END,
            post!(pages::admin_sessions::end),
        ),
        page("/admin/families", VIEW, get!(pages::admin_families::list)),
        page(
            "/admin/families/{family_id}",
            VIEW,
            get!(pages::admin_families::show),
        ),
        action(
            "/admin/families/{family_id}/end",
            END,
            post!(pages::admin_families::end),
        ),
        page("/admin/threats", VIEW, get!(pages::admin_threats::list)),
        page(
            "/admin/threats/{incident_id}",
            VIEW,
            get!(pages::admin_threats::show),
        ),
        action(
            "/admin/threats/{incident_id}/judge",
            JUDGE,
            post!(pages::admin_threats::judge),
        ),
        page("/admin/keys", VIEW, get!(pages::admin_keys::show)),
        action("/admin/keys/rotate", KEYS, post!(pages::admin_keys::rotate)),
        action(
            "/admin/keys/{kid}/kill",
            KEYS,
            post!(pages::admin_keys::kill),
        ),
        page("/admin/users", VIEW, get!(pages::admin_users::list)),
        page(
            "/admin/users/{user_id}",
            VIEW,
            get!(pages::admin_users::show),
        ),
        action(
            "/admin/users/{user_id}/end-sessions",
            END,
            post!(pages::admin_users::end_sessions),
        ),
        action(
            "/admin/users/{user_id}/end-families",
            END,
            post!(pages::admin_users::end_families),
        ),
        action(
            "/admin/users/{user_id}/role",
            MANAGE,
            post!(pages::admin_users::set_role),
        ),
        action(
            "/admin/users/{user_id}/disable",
            MANAGE,
            post!(pages::admin_users::disable),
        ),
        action(
            "/admin/users/{user_id}/enable",
            MANAGE,
            post!(pages::admin_users::enable),
        ),
        page("/admin/audit", VIEW, get!(pages::admin_audit::show)),
        read("/api/auth/csrf/", Access::Public, get!(api::csrf)),
        read("/api/ping", Access::Public, get!(api::ping)),
        read("/api/me", OWN, get!(api::me)),
        polled(read("/api/admin/overview", VIEW, get!(api::overview::show))),
        read("/api/admin/sessions", VIEW, get!(api::sessions::list)),
        read(
            "/api/admin/sessions/{session_id}",
            VIEW,
            get!(api::sessions::show),
        ),
        change(
            Method::DELETE,
            "/api/admin/sessions/{session_id}",
            END,
            || axum::routing::delete(api::sessions::revoke),
        ),
        change(
            Method::POST,
            "/api/admin/sessions/{session_id}/revoke",
            END,
            post!(api::sessions::revoke),
        ),
        read("/api/admin/users", VIEW, get!(api::users::list)),
        read("/api/admin/users/{user_id}", VIEW, get!(api::users::show)),
        change(
            Method::POST,
            "/api/admin/users/{user_id}/sign-out",
            END,
            post!(api::users::sign_out),
        ),
        change(
            Method::POST,
            "/api/admin/users/{user_id}/role",
            MANAGE,
            post!(api::users::set_role),
        ),
        change(
            Method::POST,
            "/api/admin/users/{user_id}/disable",
            MANAGE,
            post!(api::users::disable),
        ),
        change(
            Method::POST,
            "/api/admin/users/{user_id}/enable",
            MANAGE,
            post!(api::users::enable),
        ),
        read("/api/admin/audit", VIEW, get!(api::audit::list)),
        operation("/.well-known/jwks.json", get!(well_known::jwks)),
        operation("/healthz", get!(operations::healthz)),
        operation("/readyz", get!(operations::readyz)),
    ]
});

/// No request is worked on for longer; what it began is finished all the same.
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

    let mut router = Router::new();
    for route in ROUTES.iter() {
        let mut methods = (route.handler)();
        if route.class != Class::Operations {
            // Inside out: the guard runs after tower-sessions has found the cookie.
            methods = methods
                .layer::<_, Infallible>(from_fn_with_state((state.clone(), route), guard::guard))
                .layer(sessions.clone());
        }
        router = router.route(route.path, methods);
    }
    router
        .fallback(guard::fallback)
        .method_not_allowed_fallback(guard::method_not_allowed)
        // Each layer is around those above it.
        .layer(DefaultBodyLimit::max(middleware::BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            http::StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_LIMIT,
        ))
        .layer(from_fn(middleware::contain))
        .layer(from_fn_with_state(state.clone(), guard::render_failures))
        .layer(from_fn_with_state(state.clone(), middleware::secure))
        .layer(from_fn_with_state(state.clone(), middleware::observe))
        .with_state(state)
}
