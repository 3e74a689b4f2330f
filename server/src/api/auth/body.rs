//! Bodies of the calls here: JSON, forms and multipart forms, as Django REST framework takes them.

use axum::{
    Form,
    body::{Body as HttpBody, Bytes},
    extract::{FromRequest, Multipart, Request},
};
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use serde_json::{Map, Value, json};

use super::{fields::Fields, json, refusal::Refusal};
use crate::{failure::Failure, middleware::BODY_LIMIT};

/// So many fields of a form are read.
const FIELD_LIMIT: usize = 64;

/// So much of a content type is said back.
const MEDIA_TYPE_LIMIT: usize = 128;

/// A body that was read.
#[derive(Debug)]
pub(crate) struct Body {
    value: Value,
    media: Media,
    media_type: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Json,
    Form,
    Multipart,
    /// There was no body: nobody asks what kind.
    Empty,
}

impl Body {
    /// The fields of the body.
    pub(super) fn fields(self) -> Result<Fields, Refusal> {
        Fields::of(self.value)
    }

    /// Refuses everything but JSON: what a form of any other page can send is not taken here.
    pub(super) fn json_only(&self) -> Result<(), Refusal> {
        match self.media {
            Media::Json | Media::Empty => Ok(()),
            Media::Form | Media::Multipart => Err(unsupported(&self.media_type)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let media_type = media_type(request.headers());
        let (parts, body) = request.into_parts();
        let bytes = Limited::new(body, BODY_LIMIT)
            .collect()
            .await
            .map_err(|_| Failure::TooLarge)?
            .to_bytes();
        let media = if bytes.is_empty() {
            Media::Empty
        } else {
            media(&media_type).ok_or_else(|| unsupported(&media_type))?
        };
        let value = match media {
            Media::Empty => json!({}),
            Media::Json => json::parse(&bytes)
                .map_err(|said| parse_error(&format!("JSON parse error - {said}")))?,
            Media::Form => form(Request::from_parts(parts, HttpBody::from(bytes)), state).await?,
            Media::Multipart => {
                multipart(Request::from_parts(parts, HttpBody::from(bytes)), state).await?
            }
        };
        Ok(Self {
            value,
            media,
            media_type,
        })
    }
}

fn media_type(headers: &HeaderMap) -> String {
    headers
        .get(header::CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

fn media(media_type: &str) -> Option<Media> {
    let essence = media_type.split(';').next().unwrap_or("").trim();
    [
        ("application/json", Media::Json),
        ("application/x-www-form-urlencoded", Media::Form),
        ("multipart/form-data", Media::Multipart),
    ]
    .into_iter()
    .find_map(|(known, media)| essence.eq_ignore_ascii_case(known).then_some(media))
}

fn unsupported(media_type: &str) -> Refusal {
    let said: String = media_type.chars().take(MEDIA_TYPE_LIMIT).collect();
    Refusal::with(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        json!({ "detail": format!("Unsupported media type \"{said}\" in request.") }),
    )
}

fn parse_error(said: &str) -> Refusal {
    Refusal::bad_request(json!({ "detail": said }))
}

async fn form<S: Send + Sync>(request: Request, state: &S) -> Result<Value, Refusal> {
    let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, state)
        .await
        .map_err(|_| parse_error("Form parse error - not an encoded form"))?;
    if pairs.len() > FIELD_LIMIT {
        return Err(parse_error("Form parse error - too many fields"));
    }
    // Of several with one name, the last.
    let members: Map<String, Value> = pairs
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    Ok(Value::Object(members))
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Value, Refusal> {
    let wrong = |said: &str| parse_error(&format!("Multipart form parse error - {said}"));
    let mut parts = Multipart::from_request(request, state)
        .await
        .map_err(|_| wrong("Invalid boundary in multipart: None"))?;
    let mut members = Map::new();
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|_| wrong("Invalid multipart body"))?
    {
        if members.len() >= FIELD_LIMIT {
            return Err(wrong("too many fields"));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let bytes: Bytes = part
            .bytes()
            .await
            .map_err(|_| wrong("Invalid multipart body"))?;
        let value = match std::str::from_utf8(&bytes) {
            Ok(text) if !is_file => Value::String(text.to_owned()),
            // No field here is a file: it reads as "not a valid string".
            _ => Value::Array(Vec::new()),
        };
        members.insert(name, value);
    }
    Ok(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(media_type: Option<&str>, body: &str) -> Result<Value, Value> {
        let mut request = Request::builder().method("POST").uri("/");
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        let request = request.body(HttpBody::from(body.to_owned())).unwrap();
        match Body::from_request(request, &()).await {
            Ok(body) => Ok(body.value),
            Err(refusal) => Err(refusal.body().clone()),
        }
    }

    #[tokio::test]
    async fn the_three_kinds_of_body_say_the_same() {
        let expected = json!({ "username": "ann", "password": "a b&c" });
        for (media_type, body) in [
            (
                "application/json",
                r#"{"username":"ann","password":"a b&c"}"#.to_owned(),
            ),
            (
                "Application/JSON; charset=utf-8",
                r#"{"username":"ann","password":"a b&c"}"#.to_owned(),
            ),
            (
                "application/x-www-form-urlencoded",
                "username=bob&username=ann&password=a+b%26c".to_owned(),
            ),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nann\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\na b&c\r\n--x--\r\n"
                    .to_owned(),
            ),
        ] {
            assert_eq!(
                read(Some(media_type), &body).await.unwrap(),
                expected,
                "{media_type}"
            );
        }
    }

    #[tokio::test]
    async fn other_kinds_are_refused_by_name_and_no_body_is_of_any_kind() {
        for (media_type, named) in [
            (Some("text/plain;charset=UTF-8"), "text/plain;charset=UTF-8"),
            (None, ""),
        ] {
            let detail = format!("Unsupported media type \"{named}\" in request.");
            assert_eq!(
                read(media_type, "x").await.unwrap_err(),
                json!({ "detail": detail })
            );
            assert_eq!(read(media_type, "").await.unwrap(), json!({}));
        }
        let long = read(Some(&"x".repeat(5_000)), "x").await.unwrap_err();
        assert!(long["detail"].as_str().unwrap().len() < 200);
    }

    #[tokio::test]
    async fn a_form_has_an_end() {
        let many = "a=1&".repeat(1_000);
        let refused = read(Some("application/x-www-form-urlencoded"), &many).await;
        assert!(refused.is_err());
        let broken = read(Some("multipart/form-data"), "x").await.unwrap_err();
        assert_eq!(
            broken["detail"],
            "Multipart form parse error - Invalid boundary in multipart: None"
        );
        let file = "--x\r\nContent-Disposition: form-data; name=\"password\"; filename=\"f\"\r\n\r\n\
                    abc\r\n--x--\r\n";
        let read = read(Some("multipart/form-data; boundary=x"), file)
            .await
            .unwrap();
        assert!(read["password"].is_array());
    }
}
