//! The `OpenAPI` document says what the route table says, and what is answered.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use http::Method;
use latchkey_authority::{feed, node::Node};
use latchkey_server::{
    api::openapi::{DOCUMENT, is_documented},
    routes::ROUTES,
};
use latchkey_types::Role;
use serde_json::{Value, json};

use crate::app::TestApp;

/// Every call of the document: method and path.
fn described() -> BTreeSet<(String, String)> {
    DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect()
}

fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
        })
}

#[test]
fn it_has_every_route_of_the_api_and_no_other() {
    let routes: BTreeSet<_> = ROUTES
        .iter()
        .filter(|route| is_documented(route))
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    assert_eq!(described(), routes);
    assert!(routes.len() > 40);
}

#[test]
fn each_call_says_what_it_takes_and_how_it_is_refused() {
    for (method, path, operation) in operations() {
        let call = format!("{method} {path}");
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|text| text.ends_with('.')),
            "{call}"
        );
        assert!(operation["operationId"].is_string(), "{call}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{call}"
        );
        assert!(responses.contains_key("503"), "{call}");
        if operation["security"]
            .as_array()
            .is_some_and(|any| !any.is_empty())
        {
            for status in ["401", "403"] {
                assert!(responses.contains_key(status), "{call} {status}");
            }
        }
        for response in responses.values() {
            assert!(response["description"].is_string(), "{call}");
        }
    }
}

/// Whether everything in it is filled in.
fn is_filled_in(value: &Value) -> bool {
    match value {
        Value::String(text) => text != "…",
        Value::Array(items) => !items.is_empty() && items.iter().all(is_filled_in),
        Value::Object(members) => members.values().all(is_filled_in),
        _ => true,
    }
}

#[test]
fn each_json_that_a_call_takes_or_gives_has_an_example_of_its_shape_that_is_filled_in() {
    let mut seen = 0;
    let mut blank = Vec::new();
    for (method, path, operation) in operations() {
        let replies = operation["responses"].as_object().unwrap().iter();
        let bodies = replies
            .filter(|(status, _)| status.starts_with('2'))
            .map(|(_, reply)| reply)
            .chain(operation.get("requestBody"));
        for json in bodies.filter_map(|body| body.pointer("/content/application~1json")) {
            let call = format!("{method} {path}");
            let example = json
                .get("example")
                .unwrap_or_else(|| panic!("{call}: none"));
            if path != "/api/openapi.json" {
                fits(&json["schema"], example).unwrap_or_else(|error| panic!("{call}: {error}"));
                if !is_filled_in(example) {
                    blank.push(format!("{call}: {example}"));
                }
                seen += 1;
            }
        }
    }
    assert_eq!(blank, [""; 0]);
    assert!(seen > 60, "{seen}");
}

#[test]
fn names_of_calls_and_of_parameters_are_unique_and_paths_have_theirs() {
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations() {
        let call = format!("{method} {path}");
        assert!(
            names.insert(operation["operationId"].as_str().unwrap()),
            "{call}"
        );
        let parameters: Vec<(&str, &str)> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (one["in"].as_str().unwrap(), one["name"].as_str().unwrap()))
            .collect();
        let unique: BTreeSet<_> = parameters.iter().collect();
        assert_eq!(unique.len(), parameters.len(), "{call}");
        for part in path.split('/').filter(|part| part.starts_with('{')) {
            let name = part.trim_matches(['{', '}']);
            assert!(parameters.contains(&("path", name)), "{call}");
        }
        for (place, name) in parameters {
            assert!(
                place != "path" || path.contains(&format!("{{{name}}}")),
                "{call}"
            );
        }
    }
}

/// Collects every `$ref`.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn it_is_an_openapi_document_whose_references_lead_somewhere() {
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    for name in ["title", "version", "license"] {
        assert!(!DOCUMENT["info"][name].is_null(), "{name}");
    }
    let mut found = BTreeSet::new();
    references(&DOCUMENT, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a reference of its own");
        assert!(DOCUMENT.pointer(pointer).is_some(), "{reference}");
    }
    let tags: BTreeSet<_> = DOCUMENT["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let schemes = DOCUMENT["components"]["securitySchemes"]
        .as_object()
        .unwrap();
    for (method, path, operation) in operations() {
        for tag in operation["tags"].as_array().unwrap() {
            assert!(tags.contains(tag.as_str().unwrap()), "{method} {path}");
        }
        for one in operation["security"].as_array().unwrap() {
            for name in one.as_object().unwrap().keys() {
                assert!(schemes.contains_key(name), "{method} {path}");
            }
        }
    }
}

/// Whether a value is what a schema says. Knows what our schemas use.
fn fits(schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let found = DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap();
        return fits(found, value);
    }
    if let Some(any) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
        let any = any.as_array().unwrap();
        return if any.iter().any(|one| fits(one, value).is_ok()) {
            Ok(())
        } else {
            Err(format!("{value} is none of {}", json!(any)))
        };
    }
    if let Some(words) = schema["enum"].as_array() {
        return words
            .contains(value)
            .then_some(())
            .ok_or_else(|| format!("{value} is not in {}", json!(words)));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.contains(&kind) {
        return Err(format!("{value} is not one of {kinds:?}"));
    }
    match value {
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| fits(&schema["items"], item)),
        Value::Object(members) => {
            let Some(known) = schema["properties"].as_object() else {
                return Ok(());
            };
            for name in schema["required"].as_array().into_iter().flatten() {
                if !members.contains_key(name.as_str().unwrap()) {
                    return Err(format!("{name} is missing in {value}"));
                }
            }
            members.iter().try_for_each(|(name, value)| {
                let schema = known
                    .get(name)
                    .ok_or_else(|| format!("{name} is not known"))?;
                fits(schema, value).map_err(|error| format!("{name}: {error}"))
            })
        }
        _ => Ok(()),
    }
}

#[tokio::test]
async fn what_is_answered_is_what_the_document_says() {
    let token = "a-token-of-a-resource-server-0001";
    let app = TestApp::with(&[("follower_tokens", token)]).await;
    let ann = app.user("ann", Role::User).await;
    let (refresh, _) = app.pair("ann").await;
    let path = "/api/auth/token/refresh/";
    let body = json!({ "refresh": refresh });
    let pair = app
        .browser()
        .call(Method::POST, path, &[], &body)
        .await
        .json();
    let next = json!({ "refresh": pair["refresh"] });
    app.browser().call(Method::POST, path, &[], &next).await;
    app.clock.advance(std::time::Duration::from_mins(1));
    let mut thief = app.browser().at([198, 51, 100, 7]);
    thief.call(Method::POST, path, &[], &body).await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    feed::start(app.authority()).await.unwrap();
    let node = Node::new(app.authority(), "edge-1:4711", "1.2.3");
    node.beat(app.authority()).await.unwrap();
    let first = |list: Value| list["items"][0]["id"].as_str().unwrap().to_owned();
    let ids = BTreeMap::from([
        ("{user_id}", ann.to_string()),
        (
            "{session_id}",
            first(admin.get("/api/admin/sessions").await.json()),
        ),
        (
            "{family_id}",
            first(admin.get("/api/admin/families").await.json()),
        ),
        (
            "{incident_id}",
            first(admin.get("/api/admin/threats").await.json()),
        ),
    ]);
    let mut ids = ids;
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json"),
    ];
    let body = Body::from(r#"{"all":true,"include_own":true}"#);
    let ordered = admin
        .send(Method::POST, "/api/admin/sessions/revoke", &headers, body)
        .await;
    let ordered = ordered.json();
    ids.insert(
        "{bulk_end_id}",
        ordered["id"].as_str().unwrap_or_default().to_owned(),
    );
    let mut checked = 0;
    for (method, path, operation) in operations() {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        if method != "get" || schema.is_null() {
            continue;
        }
        let asked = ids
            .iter()
            .fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
        let reply = if asked == "/api/signals" {
            let shown = format!("Bearer {token}");
            let headers = [("authorization", shown.as_str())];
            app.browser()
                .call(Method::GET, &asked, &headers, &Value::Null)
                .await
        } else {
            admin.get(&asked).await
        };
        assert_eq!(reply.status, 200, "{asked}: {}", reply.body);
        fits(schema, &reply.json()).unwrap_or_else(|error| panic!("{path}: {error}"));
        checked += 1;
    }
    assert!(checked > 12, "{checked}");
}

#[tokio::test]
async fn the_page_to_try_it_shows_every_call_and_runs_its_own_script_alone() {
    let app = TestApp::new().await;
    let mut browser = app.browser();
    let page = browser.get("/api/docs").await;
    assert_eq!(page.status, 200);
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap();
        assert!(
            page.body.contains(&format!("id=\"{id}\"")),
            "{method} {path}"
        );
    }
    assert!(!page.body.contains(" style=") && !page.body.contains("onclick"));
    assert_eq!(page.body.matches("<script").count(), 1);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'nonce-") && policy.contains("connect-src 'self'"));
    let script = browser.get("/api/docs/try.js").await;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    let served = browser
        .send(Method::GET, "/api/openapi.json", &[], Body::empty())
        .await;
    assert_eq!(served.json(), *DOCUMENT);
}
