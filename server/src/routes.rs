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
    api, api::auth, cors, guard, middleware, operations, pages, session_store, state::AppState,
    well_known,
};

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
    /// Whether whoever acts through an access token must have signed in a short while ago.
    pub needs_fresh_proof: bool,
    handler: fn() -> MethodRouter<AppState>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Route {
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
        ..page(path, access, handler)
    }
}

/// A change that asks for a fresh proof.
fn grave(
    method: Method,
    path: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<AppState>,
) -> Route {
    Route {
        needs_fresh_proof: true,
        ..change(method, path, access, handler)
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

fn limited(rate: RateClass, route: Route) -> Route {
    Route { rate, ..route }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

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
        call(
            GET,
            "/api/auth/csrf/",
            Access::Public,
            get!(auth::csrf::show),
        ),
        limited(
            RateClass::SignIn,
            call(
                POST,
                "/api/auth/token/",
                Access::Public,
                post!(auth::token::obtain),
            ),
        ),
        limited(
            RateClass::Refresh,
            call(
                POST,
                "/api/auth/token/refresh/",
                Access::Public,
                post!(auth::token::refresh_either),
            ),
        ),
        limited(
            RateClass::Presented,
            call(
                POST,
                "/api/auth/token/verify/",
                Access::Public,
                post!(auth::token::verify),
            ),
        ),
        limited(
            RateClass::Presented,
            call(
                POST,
                "/api/auth/token/blacklist/",
                Access::Public,
                post!(auth::token::blacklist),
            ),
        ),
        limited(
            RateClass::SignIn,
            call(
                POST,
                "/api/token/",
                Access::Public,
                post!(auth::token::obtain),
            ),
        ),
        limited(
            RateClass::Refresh,
            call(
                POST,
                "/api/token/refresh/",
                Access::Public,
                post!(auth::token::refresh),
            ),
        ),
        limited(
            RateClass::Presented,
            call(
                POST,
                "/api/token/verify/",
                Access::Public,
                post!(auth::token::verify),
            ),
        ),
        limited(
            RateClass::Presented,
            call(
                POST,
                "/api/token/blacklist/",
                Access::Public,
                post!(auth::token::blacklist),
            ),
        ),
        limited(
            RateClass::SignIn,
            call(
                POST,
                "/api/auth/login/",
                Access::Public,
                post!(auth::login::submit),
            ),
        ),
        limited(
            RateClass::Presented,
            call(
                POST,
                "/api/auth/logout/",
                Access::Public,
                post!(auth::logout::submit),
            ),
        ),
        call(GET, "/api/auth/user/", OWN, get!(auth::user::show)),
        call(PUT, "/api/auth/user/", OWN, || {
            axum::routing::put(auth::user::replace)
        }),
        call(PATCH, "/api/auth/user/", OWN, || {
            axum::routing::patch(auth::user::change)
        }),
        limited(
            RateClass::SignIn,
            call(
                POST,
                "/api/auth/password/change/",
                OWN,
                post!(auth::password::change),
            ),
        ),
        limited(
            RateClass::SignUp,
            call(
                POST,
                "/api/auth/registration/",
                Access::Public,
                post!(auth::registration::submit),
            ),
        ),
        read("/api/ping", Access::Public, get!(api::ping)),
        read(
            "/api/openapi.json",
            Access::Public,
            get!(api::openapi::show),
        ),
        page("/api/docs", Access::Public, get!(api::docs::show)),
        read("/api/docs/try.js", Access::Public, get!(api::docs::script)),
        call(GET, "/api/me", OWN, get!(api::me)),
        // For reverse proxies, which pass on whatever their visitor sent.
        Route {
            proof: Proof::Any,
            ..read("/api/check", OWN, get!(api::check::show))
        },
        polled(read("/api/admin/overview", VIEW, get!(api::overview::show))),
        read("/api/admin/sessions", VIEW, get!(api::sessions::list)),
        read(
            "/api/admin/sessions/{session_id}",
            VIEW,
            get!(api::sessions::show),
        ),
        change(DELETE, "/api/admin/sessions/{session_id}", END, || {
            axum::routing::delete(api::sessions::revoke)
        }),
        change(
            POST,
            "/api/admin/sessions/{session_id}/revoke",
            END,
            post!(api::sessions::revoke),
        ),
        read("/api/admin/users", VIEW, get!(api::users::list)),
        read("/api/admin/users/{user_id}", VIEW, get!(api::users::show)),
        grave(
            POST,
            "/api/admin/users/{user_id}/sign-out",
            END,
            post!(api::users::sign_out),
        ),
        grave(
            POST,
            "/api/admin/users/{user_id}/role",
            MANAGE,
            post!(api::users::set_role),
        ),
        grave(
            POST,
            "/api/admin/users/{user_id}/disable",
            MANAGE,
            post!(api::users::disable),
        ),
        grave(
            POST,
            "/api/admin/users/{user_id}/enable",
            MANAGE,
            post!(api::users::enable),
        ),
        read("/api/admin/families", VIEW, get!(api::families::list)),
        grave(
            POST,
            "/api/admin/families/revoke",
            END,
            post!(api::families::revoke_many),
        ),
        read(
            "/api/admin/families/{family_id}",
            VIEW,
            get!(api::families::show),
        ),
        grave(DELETE, "/api/admin/families/{family_id}", END, || {
            axum::routing::delete(api::families::revoke)
        }),
        grave(
            POST,
            "/api/admin/families/{family_id}/revoke",
            END,
            post!(api::families::revoke),
        ),
        read("/api/admin/threats", VIEW, get!(api::threats::list)),
        read(
            "/api/admin/threats/{incident_id}",
            VIEW,
            get!(api::threats::show),
        ),
        grave(
            POST,
            "/api/admin/threats/{incident_id}/verdict",
            JUDGE,
            post!(api::threats::judge),
        ),
        read("/api/admin/keys", VIEW, get!(api::keys::list)),
        grave(
            POST,
            "/api/admin/keys/rotate",
            KEYS,
            post!(api::keys::rotate),
        ),
        grave(
            POST,
            "/api/admin/keys/{kid}/kill",
            KEYS,
            post!(api::keys::kill),
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
        .layer(from_fn_with_state(state.clone(), cors::share))
        .layer(from_fn_with_state(state.clone(), middleware::secure))
        .layer(from_fn_with_state(state.clone(), middleware::observe))
        .with_state(state)
}
