//! `/api/docs`: the `OpenAPI` document as a page on which each call can be tried.

use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use http::{HeaderValue, header};
use latchkey_app::{
    Section,
    page::api_docs::{ApiDocsPage, Call, Group, Parameter, Reply},
};
use serde_json::Value;

use super::openapi::DOCUMENT;
use crate::{
    failure::Failure,
    middleware::STRICT_POLICY,
    pages::respond::{self, Around},
    visit::Visit,
};

const AROUND: Around = Around::new("API", Section::None);

const SCRIPT_PATH: &str = "/api/docs/try.js";

#[utoipa::path(get, path = "/api/docs", tag = "Operations",
    responses((status = 200, body = String, content_type = "text/html", description = "A page")))]
/// This API as a page on which each call can be tried.
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let random = visit.state().authority().random();
    let nonce = STANDARD_NO_PAD.encode(random.bytes::<16>());
    let page = ApiDocsPage {
        groups: groups(&DOCUMENT, &visit.state().settings().base_url.to_string()),
        script: (SCRIPT_PATH.to_owned(), nonce.clone()),
    };
    let mut response = respond::page(&visit, AROUND, page).await?;
    let policy = format!("{STRICT_POLICY}; connect-src 'self'; script-src 'nonce-{nonce}'");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

#[utoipa::path(get, path = "/api/docs/try.js", tag = "Operations",
    responses((status = 200, body = String, content_type = "text/javascript", description = "A script")))]
/// The script of that page.
pub(crate) async fn script() -> Response {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("docs/try.js"),
    )
        .into_response()
}

/// The calls of a document by their tags, in its order.
fn groups(document: &Value, base: &str) -> Vec<Group> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tags = document["tags"].as_array().into_iter().flatten();
    tags.map(|tag| Group {
        name: text(&tag["name"]),
        about: text(&tag["description"]),
        calls: calls(document, base, &tag["name"]),
    })
    .filter(|group| !group.calls.is_empty())
    .collect()
}

fn calls(document: &Value, base: &str, tag: &Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            if operation["tags"][0] == *tag {
                calls.push(call(base, (method, path), operation));
            }
        }
    }
    calls
}

fn call(base: &str, (method, path): (&str, &str), operation: &Value) -> Call {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let method = method.to_uppercase();
    let body = operation
        .get("requestBody")
        .map(|body| pretty(&body["content"]["application/json"]["example"]));
    let proofs: Vec<&str> = operation["security"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_object()?.keys().next())
        .map(|name| match name.as_str() {
            "bearer" => "an access token",
            "access_cookie" => "its cookie",
            _ => "a session",
        })
        .collect();
    Call {
        id: text(&operation["operationId"]),
        summary: text(&operation["summary"]),
        about: text(&operation["description"]),
        proofs: if proofs.is_empty() {
            "Nobody needs to be signed in.".to_owned()
        } else {
            format!("Takes {}.", proofs.join(" or "))
        },
        parameters: operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["in"] != "header")
            .map(|one| Parameter {
                name: text(&one["name"]),
                in_path: one["in"] == "path",
                about: text(&one["description"]),
            })
            .collect(),
        replies: operation["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(status, reply)| Reply {
                status: status.clone(),
                about: text(&reply["description"]),
                example: status
                    .starts_with('2')
                    .then(|| pretty(&reply["content"]["application/json"]["example"])),
            })
            .collect(),
        command: command(base, &method, path, !proofs.is_empty(), body.as_deref()),
        method,
        path: path.to_owned(),
        body,
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn command(
    base: &str,
    method: &str,
    path: &str,
    needs_somebody: bool,
    body: Option<&str>,
) -> String {
    let mut lines = vec![format!("curl -X {method} '{base}{path}'")];
    if needs_somebody {
        lines.push("  -H \"Authorization: Bearer $ACCESS\"".to_owned());
    }
    if let Some(body) = body {
        lines.push("  -H 'Content-Type: application/json'".to_owned());
        lines.push(format!("  -d '{}'", body.replace('\'', "'\\''")));
    }
    lines.join(" \\\n")
}
