//! The rows of the table.

use std::sync::LazyLock;

use http::Method;
use latchkey_authority::principal::Permission;

use super::{
    Access, Proof, RateClass, Route, action, call, change, fresh, limited, operation, page, polled,
    pushed, read,
};
use crate::{
    api::{self, auth},
    operations, pages, well_known,
};

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
        // The look belongs to the browser, whoever uses it.
        action("/theme", Access::Public, post!(pages::theme::set)),
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
        page("/invitation", Access::Public, get!(pages::invitation::show)),
        limited(
            RateClass::SignUp,
            action(
                "/invitation",
                Access::Public,
                post!(pages::invitation::submit),
            ),
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
        limited(
            RateClass::SignIn,
            fresh(action(
                "/account/security/set-password",
                OWN,
                post!(pages::security::set_first),
            )),
        ),
        page("/account/connections", OWN, get!(pages::connections::show)),
        fresh(action(
            "/account/connections/{connection}/link",
            OWN,
            post!(pages::connections::link),
        )),
        fresh(action(
            "/account/connections/{connection}/unlink",
            OWN,
            post!(pages::connections::unlink),
        )),
        limited(
            RateClass::Provider,
            page(
                "/auth/{provider}",
                Access::Public,
                get!(pages::providers::set_out),
            ),
        ),
        limited(
            RateClass::Provider,
            page(
                "/auth/{provider}/callback",
                Access::Public,
                get!(pages::providers::come_back),
            ),
        ),
        limited(
            RateClass::SecurityEvent,
            pushed(
                api::security_events::PATH,
                post!(api::security_events::receive),
            ),
        ),
        // Only builds for development have it.
        #[cfg(debug_assertions)]
        page(
            "/dev/components",
            Access::Public,
            get!(pages::dev::components),
        ),
        page("/admin", VIEW, get!(pages::admin_overview::show)),
        page("/admin/sessions", VIEW, get!(pages::admin_sessions::show)),
        action(
            "/admin/sessions/{session_id}/end",
            END,
            post!(pages::admin_sessions::end),
        ),
        page(
            "/admin/sessions/end",
            END,
            get!(pages::bulk_ends::preview_sessions),
        ),
        fresh(action(
            "/admin/sessions/end",
            END,
            post!(pages::bulk_ends::order_sessions),
        )),
        page(
            "/admin/families/end",
            END,
            get!(pages::bulk_ends::preview_families),
        ),
        fresh(action(
            "/admin/families/end",
            END,
            post!(pages::bulk_ends::order_families),
        )),
        page("/admin/bulk-ends", VIEW, get!(pages::bulk_ends::list)),
        polled(page(
            "/admin/bulk-ends/{bulk_end_id}",
            VIEW,
            get!(pages::bulk_ends::show),
        )),
        fresh(action(
            "/admin/bulk-ends/{bulk_end_id}/stop",
            END,
            post!(pages::bulk_ends::stop),
        )),
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
        fresh(action(
            "/admin/keys/rotate",
            KEYS,
            post!(pages::admin_keys::rotate),
        )),
        fresh(action(
            "/admin/keys/{kid}/kill",
            KEYS,
            post!(pages::admin_keys::kill),
        )),
        page("/admin/nodes", VIEW, get!(pages::admin_nodes::show)),
        page("/admin/settings", VIEW, get!(pages::admin_settings::show)),
        page("/admin/users", VIEW, get!(pages::admin_users::list)),
        fresh(page(
            "/admin/users/invite",
            MANAGE,
            get!(pages::admin_invitations::show_form),
        )),
        fresh(action(
            "/admin/users/invite",
            MANAGE,
            post!(pages::admin_invitations::make),
        )),
        page(
            "/admin/invitations",
            VIEW,
            get!(pages::admin_invitations::list),
        ),
        action(
            "/admin/invitations/{invitation_id}/withdraw",
            MANAGE,
            post!(pages::admin_invitations::withdraw),
        ),
        fresh(action(
            "/admin/users/{user_id}/link",
            MANAGE,
            post!(pages::admin_invitations::renew),
        )),
        page(
            "/admin/users/{user_id}",
            VIEW,
            get!(pages::admin_users::show),
        ),
        fresh(action(
            "/admin/users/{user_id}/end-sessions",
            END,
            post!(pages::admin_users::end_sessions),
        )),
        fresh(action(
            "/admin/users/{user_id}/end-families",
            END,
            post!(pages::admin_users::end_families),
        )),
        fresh(action(
            "/admin/users/{user_id}/role",
            MANAGE,
            post!(pages::admin_users::set_role),
        )),
        fresh(action(
            "/admin/users/{user_id}/disable",
            MANAGE,
            post!(pages::admin_users::disable),
        )),
        fresh(action(
            "/admin/users/{user_id}/enable",
            MANAGE,
            post!(pages::admin_users::enable),
        )),
        page("/admin/audit", VIEW, get!(pages::admin_audit::show)),
        page(
            "/admin/sessions/export.csv",
            VIEW,
            get!(api::exports::sessions_csv),
        ),
        page(
            "/admin/sessions/export.jsonl",
            VIEW,
            get!(api::exports::sessions_jsonl),
        ),
        page(
            "/admin/families/export.csv",
            VIEW,
            get!(api::exports::families_csv),
        ),
        page(
            "/admin/families/export.jsonl",
            VIEW,
            get!(api::exports::families_jsonl),
        ),
        page(
            "/admin/users/export.csv",
            VIEW,
            get!(api::exports::users_csv),
        ),
        page(
            "/admin/users/export.jsonl",
            VIEW,
            get!(api::exports::users_jsonl),
        ),
        page(
            "/admin/audit/export.csv",
            VIEW,
            get!(api::exports::audit_csv),
        ),
        page(
            "/admin/audit/export.jsonl",
            VIEW,
            get!(api::exports::audit_jsonl),
        ),
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
        limited(
            RateClass::Provider,
            call(
                POST,
                "/api/auth/google/",
                Access::Public,
                post!(auth::google::submit),
            ),
        ),
        call(
            POST,
            "/api/auth/google/nonce/",
            Access::Public,
            post!(auth::google::give_nonce),
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
        read("/api/admin/activity", VIEW, get!(api::activity::show)),
        read("/api/admin/settings", VIEW, get!(api::settings::show)),
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
        change(
            POST,
            "/api/admin/users/{user_id}/sign-out",
            END,
            post!(api::users::sign_out),
        ),
        change(
            POST,
            "/api/admin/users/{user_id}/role",
            MANAGE,
            post!(api::users::set_role),
        ),
        change(
            POST,
            "/api/admin/users/{user_id}/disable",
            MANAGE,
            post!(api::users::disable),
        ),
        change(
            POST,
            "/api/admin/users/{user_id}/enable",
            MANAGE,
            post!(api::users::enable),
        ),
        change(
            POST,
            "/api/admin/users",
            MANAGE,
            post!(api::invitations::create),
        ),
        change(
            POST,
            "/api/admin/users/{user_id}/link",
            MANAGE,
            post!(api::invitations::renew),
        ),
        read("/api/admin/invitations", VIEW, get!(api::invitations::list)),
        change(
            POST,
            "/api/admin/invitations",
            MANAGE,
            post!(api::invitations::invite),
        ),
        change(
            POST,
            "/api/admin/invitations/{invitation_id}/withdraw",
            MANAGE,
            post!(api::invitations::withdraw),
        ),
        read("/api/admin/families", VIEW, get!(api::families::list)),
        change(
            POST,
            "/api/admin/families/revoke",
            END,
            post!(api::bulk_ends::revoke_families),
        ),
        change(
            POST,
            "/api/admin/sessions/revoke",
            END,
            post!(api::bulk_ends::revoke_sessions),
        ),
        read("/api/admin/bulk-ends", VIEW, get!(api::bulk_ends::list)),
        polled(read(
            "/api/admin/bulk-ends/{bulk_end_id}",
            VIEW,
            get!(api::bulk_ends::show),
        )),
        change(
            POST,
            "/api/admin/bulk-ends/{bulk_end_id}/stop",
            END,
            post!(api::bulk_ends::stop),
        ),
        read(
            "/api/admin/families/{family_id}",
            VIEW,
            get!(api::families::show),
        ),
        change(DELETE, "/api/admin/families/{family_id}", END, || {
            axum::routing::delete(api::families::revoke)
        }),
        change(
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
        change(
            POST,
            "/api/admin/threats/{incident_id}/verdict",
            JUDGE,
            post!(api::threats::judge),
        ),
        read("/api/admin/keys", VIEW, get!(api::keys::list)),
        change(
            POST,
            "/api/admin/keys/rotate",
            KEYS,
            post!(api::keys::rotate),
        ),
        change(
            POST,
            "/api/admin/keys/{kid}/kill",
            KEYS,
            post!(api::keys::kill),
        ),
        read("/api/admin/nodes", VIEW, get!(api::nodes::list)),
        read("/api/admin/signals", VIEW, get!(api::nodes::revocations)),
        read("/api/admin/audit", VIEW, get!(api::audit::list)),
        read(
            "/api/admin/sessions/export.csv",
            VIEW,
            get!(api::exports::sessions_csv),
        ),
        read(
            "/api/admin/sessions/export.jsonl",
            VIEW,
            get!(api::exports::sessions_jsonl),
        ),
        read(
            "/api/admin/families/export.csv",
            VIEW,
            get!(api::exports::families_csv),
        ),
        read(
            "/api/admin/families/export.jsonl",
            VIEW,
            get!(api::exports::families_jsonl),
        ),
        read(
            "/api/admin/users/export.csv",
            VIEW,
            get!(api::exports::users_csv),
        ),
        read(
            "/api/admin/users/export.jsonl",
            VIEW,
            get!(api::exports::users_jsonl),
        ),
        read(
            "/api/admin/audit/export.csv",
            VIEW,
            get!(api::exports::audit_csv),
        ),
        read(
            "/api/admin/audit/export.jsonl",
            VIEW,
            get!(api::exports::audit_jsonl),
        ),
        operation("/.well-known/jwks.json", get!(well_known::jwks)),
        operation("/api/signals", get!(api::signals::follow)),
        operation("/healthz", get!(operations::healthz)),
        operation("/readyz", get!(operations::readyz)),
        operation("/metrics", get!(operations::metrics)),
    ]
});
