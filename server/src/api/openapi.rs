//! `GET /api/openapi.json`: the API as an `OpenAPI` 3.1 document.
//!
//! What a call takes and gives stands at its handler. What every call shares is written into the
//! document from the route table, so that it cannot say anything else than what the guard does:
//! which proofs are taken, whether one must be fresh, which refusals there are.

use std::sync::LazyLock;

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::Method;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{
    activity, audit, auth, bulk_ends, check, docs, examples, exports, families, invitations, keys,
    nodes, overview, sessions, settings, signals, threats, users,
};
use crate::{
    bearer,
    failure::{Failure, Foreign},
    routes::{Access, Class, OriginRule, Proof, ROUTES, RateClass, Route},
};

/// A request id for examples.
const REQUEST_ID: &str = "f3Jk0hY2xQ9aLm1Z";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Latchkey",
        description = "Signing in, and administration as JSON. Times are RFC 3339 in UTC, ids are \
                       UUIDs. Paths under `/api/auth` and `/api/token`, and `/api/me`, are served \
                       with and without the slash at their end, and answer `OPTIONS`. Requests go \
                       to the host of the base URL; bodies have at most 64 KiB.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    paths(
        super::ping,
        super::me,
        check::show,
        show,
        docs::show,
        docs::script,
        auth::csrf::show,
        auth::token::obtain,
        auth::token::refresh,
        auth::token::refresh_either,
        auth::token::verify,
        auth::token::blacklist,
        auth::login::submit,
        auth::logout::submit,
        auth::user::show,
        auth::user::replace,
        auth::user::change,
        auth::password::change,
        auth::registration::submit,
        auth::google::submit,
        auth::google::give_nonce,
        overview::show,
        activity::show,
        settings::show,
        sessions::list,
        sessions::show,
        sessions::revoke,
        users::list,
        users::show,
        users::sign_out,
        users::set_role,
        users::disable,
        users::enable,
        invitations::list,
        invitations::invite,
        invitations::create,
        invitations::renew,
        invitations::withdraw,
        families::list,
        families::show,
        families::revoke,
        bulk_ends::revoke_families,
        bulk_ends::revoke_sessions,
        bulk_ends::list,
        bulk_ends::show,
        bulk_ends::stop,
        threats::list,
        threats::show,
        threats::judge,
        keys::list,
        keys::rotate,
        keys::kill,
        nodes::list,
        nodes::revocations,
        audit::list,
        signals::follow,
        exports::sessions_csv,
        exports::sessions_jsonl,
        exports::families_csv,
        exports::families_jsonl,
        exports::users_csv,
        exports::users_jsonl,
        exports::audit_csv,
        exports::audit_jsonl,
    ),
    components(schemas(auth::shapes::Problem, auth::shapes::Detail, auth::shapes::FieldErrors)),
    tags(
        (name = "Tokens", description = "SimpleJWT's calls: a pair of tokens, and its life."),
        (name = "Sign-in", description = "dj-rest-auth's calls: signing in, up and out."),
        (name = "Account", description = "Whoever is signed in."),
        (name = "Sessions", description = "Browsers that are signed in."),
        (name = "Families", description = "Programs and devices that are signed in with tokens."),
        (name = "Bulk ends", description = "Many sessions or families ended by one order."),
        (name = "Threats", description = "Refresh tokens that were used as they should not be."),
        (name = "Users", description = "Accounts and roles."),
        (name = "Keys", description = "What signs access tokens."),
        (name = "Nodes", description = "The processes that serve this database, and what each has heard."),
        (name = "Record", description = "Everything that happened."),
        (name = "Console", description = "What the console shows by itself."),
        (name = "Followers", description = "Resource servers that keep an index of what is over. They show a token of the setting `follower_tokens`."),
        (name = "Operations", description = "The program itself.")
    )
)]
struct Document;

/// A method and a path, as the document spells them.
type Operation = (&'static str, &'static str);

/// A handler that serves a second route: `(method, path)` there, and where it is described.
const ALSO: &[(Operation, Operation)] = &[
    (("post", "/api/token/"), ("post", "/api/auth/token/")),
    (
        ("post", "/api/token/verify/"),
        ("post", "/api/auth/token/verify/"),
    ),
    (
        ("post", "/api/token/blacklist/"),
        ("post", "/api/auth/token/blacklist/"),
    ),
    (
        ("post", "/api/admin/sessions/{session_id}/revoke"),
        ("delete", "/api/admin/sessions/{session_id}"),
    ),
    (
        ("post", "/api/admin/families/{family_id}/revoke"),
        ("delete", "/api/admin/families/{family_id}"),
    ),
];

/// The document.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

fn document() -> Value {
    // A document that does not serialise would be empty, and the test of the route table fails.
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    for ((method, path), (of_method, of_path)) in ALSO {
        let described = document["paths"][*of_path][*of_method].clone();
        document["paths"][*path][*method] = described;
    }
    for route in ROUTES.iter().filter(|route| is_documented(route)) {
        let method = route.method.as_str().to_lowercase();
        if let Some(operation) = document["paths"][route.path].get_mut(&method) {
            complete(operation, route);
        }
    }
    examples::put(&mut document);
    document["components"]["securitySchemes"] = json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A first-party access token.",
        },
        "access_cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-latchkey-access",
            "description": "The same in its cookie; what changes something asks for `X-CSRFToken` too.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-latchkey",
            "description": "A browser's session; what changes something asks for `X-CSRFToken` too.",
        },
    });
    document
}

/// Whether a route belongs into the document.
pub fn is_documented(route: &Route) -> bool {
    route.path.starts_with("/api/")
}

fn complete(operation: &mut Value, route: &Route) {
    operation["operationId"] = name(route).into();
    operation["security"] = match route.proof {
        Proof::None | Proof::Optional => json!([]),
        Proof::Session => json!([{ "session": [] }]),
        Proof::BearerOrSession => json!([{ "bearer": [] }, { "session": [] }]),
        Proof::Any => json!([{ "bearer": [] }, { "access_cookie": [] }, { "session": [] }]),
    };
    parameters(operation, route);
    if route.class == Class::Auth
        && let Some(body) = operation.get_mut("requestBody")
    {
        let json = body["content"]["application/json"].clone();
        for media_type in ["application/x-www-form-urlencoded", "multipart/form-data"] {
            body["content"][media_type] = json.clone();
        }
    }
    let refusals = refusals(route, operation.get("requestBody").is_some());
    if let Some(responses) = operation["responses"].as_object_mut() {
        for response in responses.values_mut() {
            if response["description"].as_str().is_none_or(str::is_empty) {
                response["description"] = "Done.".into();
            }
        }
        for (status, said) in refusals {
            responses
                .entry(status.to_owned())
                .or_insert_with(|| refusal(route, status, said));
        }
    }
    if route.needs_fresh_proof {
        let told = "Whoever asks must have signed in within the last 10 minutes, by session or \
                    for the access token (RFC 9470).";
        let before = operation["description"].as_str().unwrap_or("");
        operation["description"] = [before, told]
            .join(if before.is_empty() { "" } else { "\n\n" })
            .into();
    }
}

fn name(route: &Route) -> String {
    let path: Vec<&str> = route
        .path
        .split(['/', '-', '.'])
        .map(|part| part.trim_matches(['{', '}']))
        .filter(|part| !part.is_empty() && *part != "api")
        .collect();
    format!(
        "{}_{}",
        route.method.as_str().to_lowercase(),
        path.join("_")
    )
}

/// The parameters of the path, and the header that shows that a request was meant.
fn parameters(operation: &mut Value, route: &Route) {
    let mut all: Vec<Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] != "path")
        .cloned()
        .collect();
    for name in route.path.split('/').filter_map(|part| {
        part.strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
    }) {
        let mut schema = json!({ "type": "string" });
        if name.ends_with("_id") {
            schema["format"] = "uuid".into();
        }
        all.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    if route.origin == OriginRule::ByCookie {
        let whose = if route.is_for_front_ends() {
            "the base URL's or one of `allowed_origins`"
        } else {
            "the base URL's"
        };
        all.push(json!({
            "name": "X-CSRFToken",
            "in": "header",
            "required": false,
            "description": format!(
                "What `GET /api/auth/csrf/` answers. For requests that act through a cookie or set \
                 one, where the browser does not say `Sec-Fetch-Site: same-origin`. An `Origin` \
                 must be {whose}."
            ),
            "schema": { "type": "string" },
        }));
    }
    if !all.is_empty() {
        operation["parameters"] = all.into();
    }
}

/// How a call can be refused.
fn refusals(route: &Route, has_body: bool) -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    let needs_somebody = matches!(route.access, Access::Needs(_));
    if has_body || route.method == Method::GET && route.class == Class::Api {
        all.push(("400", "Something does not parse, or is missing."));
    }
    if needs_somebody || matches!(route.rate, RateClass::SignIn | RateClass::Refresh) || has_body {
        all.push(("401", "Nobody is let in by what was sent."));
    }
    if needs_somebody || route.origin == OriginRule::ByCookie {
        all.push(("403", "Not permitted, or the request was not meant."));
    }
    if route.path.contains('{') {
        all.push(("404", "There is no such thing."));
    }
    if has_body {
        all.push(("413", "The body is too long."));
        all.push(("415", "The body is of a kind that is not taken here."));
    }
    if route.rate != RateClass::None {
        all.push(("429", "Too many attempts."));
    }
    all.push(("503", "Too busy, or the database does not answer."));
    all
}

fn refusal(route: &Route, status: &str, said: &str) -> Value {
    let (media_type, schema) = match (route.class, status) {
        (Class::Auth, "400") => ("application/json", "FieldErrors"),
        (Class::Auth, _) => ("application/json", "Detail"),
        (Class::Page | Class::Action | Class::Api | Class::Operations, _) => {
            ("application/problem+json", "Problem")
        }
    };
    let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
    let mut content = json!({ "schema": schema });
    if let Some(example) = example(route, status) {
        content["example"] = example;
    }
    let mut refusal = json!({ "description": said, "content": { media_type: content } });
    let mut headers = Map::new();
    if status == "401" {
        headers.insert(
            "WWW-Authenticate".to_owned(),
            json!({ "description": "RFC 6750", "schema": { "type": "string" } }),
        );
    }
    if matches!(status, "429" | "503") {
        headers.insert(
            "Retry-After".to_owned(),
            json!({ "description": "Seconds", "schema": { "type": "integer" } }),
        );
    }
    if !headers.is_empty() {
        refusal["headers"] = headers.into();
    }
    refusal
}

/// What such a refusal says.
fn example(route: &Route, status: &str) -> Option<Value> {
    let failure = match status {
        // Those of a call's own fields stand with the schema.
        "400" if route.class == Class::Auth => return None,
        "400" => Failure::BadRequest("limit: expected between 1 and 200".to_owned()),
        "401" if route.class == Class::Auth => Failure::BadToken(bearer::EXPIRED),
        "401" => Failure::NotSignedIn,
        "403" if route.class == Class::Auth => Failure::ForeignForm(Foreign::NoToken),
        "403" => Failure::NotPermitted,
        "404" => Failure::NotFound,
        "413" => Failure::TooLarge,
        "415" => Failure::UnsupportedMediaType,
        "429" => Failure::Limited { retry_after: 30 },
        "503" => Failure::Busy { retry_after: 5 },
        _ => return None,
    };
    Some(match route.class {
        Class::Auth => failure.detail_body(REQUEST_ID, &route.method),
        Class::Page | Class::Action | Class::Api | Class::Operations => {
            failure.problem_body(REQUEST_ID)
        }
    })
}

#[utoipa::path(get, path = "/api/openapi.json", tag = "Operations",
    responses((status = 200, body = serde_json::Value, description = "An OpenAPI 3.1 document")))]
/// This document.
pub(crate) async fn show() -> Response {
    Json(&*DOCUMENT).into_response()
}
