//! Forms and JSON bodies, and paths to go back to.

use axum::{
    Form, Json,
    body::Bytes,
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use crate::{failure::Failure, routes::has_code};

/// The fields of a form, or a clear refusal.
#[derive(Debug)]
pub(crate) struct Fields<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Fields<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Form::<T>::from_request(request, state).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(refusal(rejection.status(), &rejection.body_text())),
        }
    }
}

/// A JSON body, or a clear refusal.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| refusal(rejection.status(), &rejection.body_text()))?;
        // PostgreSQL takes no such character in a text.
        if bytes.windows(6).any(|part| part == br"\u0000") {
            return Err(Failure::BadRequest(
                "The body has a character in it that nothing can have.".to_owned(),
            )
            .into_response());
        }
        let request = Request::from_parts(parts, bytes.into());
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(refusal(rejection.status(), &rejection.body_text())),
        }
    }
}

/// The names of the fields that a type reads, as its own `Deserialize` tells them: so that a list
/// of them cannot fall behind the type.
pub(crate) fn field_names<'de, T: serde::Deserialize<'de>>() -> &'static [&'static str] {
    let mut names = Names(&[]);
    // It reads nothing, and fails once it has been told the names.
    let _ = T::deserialize(&mut names);
    names.0
}

/// A format without data.
struct Names(&'static [&'static str]);

impl<'de> serde::Deserializer<'de> for &mut Names {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("there is nothing to read"))
    }

    fn deserialize_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields of a query, or a clear refusal.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> axum::extract::FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut http::request::Parts,
        state: &S,
    ) -> Result<Self, Response> {
        // The code of a link is no text: each that is wrong is answered alike.
        if !has_code(parts.uri.path()) {
            no_nul(parts.uri.query().unwrap_or_default()).map_err(IntoResponse::into_response)?;
        }
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(refusal(rejection.status(), "the query does not parse")),
        }
    }
}

/// Refuses a query with a character that PostgreSQL takes in no text, and that nothing has in it.
pub(crate) fn no_nul(query: &str) -> Result<(), Failure> {
    if query.contains("%00") || query.contains('\0') {
        return Err(Failure::BadRequest(
            "The address has a character in it that nothing can have.".to_owned(),
        ));
    }
    Ok(())
}

fn refusal(status: http::StatusCode, text: &str) -> Response {
    match status {
        http::StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        http::StatusCode::UNSUPPORTED_MEDIA_TYPE => Failure::UnsupportedMediaType,
        // serde's message names the field and never its value.
        _ => Failure::BadRequest(if text.contains("missing field") {
            "A field is missing. Load the page again and send the form once more.".to_owned()
        } else {
            "What was sent does not parse. Load the page again and send the form once more."
                .to_owned()
        }),
    }
    .into_response()
}

/// A path on this server, for going back to: never another host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalPath(String);

impl LocalPath {
    const LIMIT: usize = 2_048;

    /// Reads a path; `None` if it could lead anywhere else.
    ///
    /// A browser reads `//host`, `/\host` and tabs or newlines in odd places as another host, so
    /// only what is plainly a path passes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain = text.len() <= Self::LIMIT
            && text.starts_with('/')
            && !text.starts_with("//")
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#');
        plain.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// This path without a notice in its query.
    pub(crate) fn without_notice(&self) -> Self {
        let (path, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("notice="))
            .collect();
        if kept.is_empty() {
            Self(path.to_owned())
        } else {
            Self(format!("{path}?{}", kept.join("&")))
        }
    }

    /// This path alone.
    pub(crate) fn without_query(&self) -> Self {
        Self(self.0.split('?').next().unwrap_or_default().to_owned())
    }

    /// This path with a notice in its query, in place of any that stands there.
    pub(crate) fn with_notice(&self, notice: &str) -> String {
        let (path, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let mut kept: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("notice="))
            .collect();
        let notice = format!("notice={notice}");
        kept.push(&notice);
        format!("{path}?{}", kept.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_led_back_to() {
        for good in [
            "/",
            "/account",
            "/admin/sessions?user=ann&cursor=x",
            "/a//b",
        ] {
            assert!(LocalPath::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/a b",
            "/a\r\nSet-Cookie: x",
            "/é",
            "javascript:alert(1)",
        ] {
            assert!(LocalPath::parse(bad).is_none(), "{bad}");
        }
        assert!(LocalPath::parse(&format!("/{}", "a".repeat(3_000))).is_none());
    }

    #[test]
    fn a_notice_takes_the_place_of_the_one_before() {
        let path = LocalPath::parse("/admin/sessions?user=ann&notice=old").unwrap();
        assert_eq!(
            path.with_notice("session-ended"),
            "/admin/sessions?user=ann&notice=session-ended"
        );
        assert_eq!(path.without_notice().as_str(), "/admin/sessions?user=ann");
        let path = LocalPath::parse("/account").unwrap();
        assert_eq!(path.with_notice("x"), "/account?notice=x");
        let path = LocalPath::parse("/account?notice=x").unwrap();
        assert_eq!(path.without_notice().as_str(), "/account");
    }
}
