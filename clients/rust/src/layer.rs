//! Before a tower service: who acts stands in the request's extensions, or the request is refused.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use serde_json::json;
use tower::{Layer, Service};

use crate::{error::Refusal, verifier::Verifier};

/// What a 401 says where no token was sent: no error code then (RFC 6750 §3.1).
const CHALLENGE: &str = "Bearer realm=\"api\"";

/// Seconds after which another try makes sense.
const RETRY_AFTER: &str = "1";

/// Puts [`Follow`] before a service.
#[derive(Debug, Clone)]
pub struct FollowLayer {
    verifier: Verifier,
}

impl FollowLayer {
    /// With this verifier.
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier }
    }
}

impl<S> Layer<S> for FollowLayer {
    type Service = Follow<S>;

    fn layer(&self, inner: S) -> Follow<S> {
        Follow {
            verifier: self.verifier.clone(),
            inner,
        }
    }
}

/// Lets a request through to the service behind it with an access token that is good and of a
/// sign-in that was not ended; a [`Principal`](crate::Principal) is in its extensions then.
/// Otherwise it answers itself: 401, or 503 while nobody can know.
#[derive(Debug, Clone)]
pub struct Follow<S> {
    verifier: Verifier,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Follow<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that is ready goes with the request; its clone waits for its own turn.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let verifier = self.verifier.clone();
        Box::pin(async move {
            let found = match bearer(request.headers()) {
                Ok(token) => verifier.verify(token).await,
                Err(refusal) => Err(refusal),
            };
            match found {
                Ok(principal) => {
                    request.extensions_mut().insert(principal);
                    inner.call(request).await
                }
                Err(refusal) => Ok(refusal.response()),
            }
        })
    }
}

/// The token of the one `Authorization` header.
fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Refusal::NoToken)?;
    // A proxy may have judged the other one.
    if values.next().is_some() {
        return Err(Refusal::Invalid);
    }
    let mut words = value
        .to_str()
        .map_err(|_| Refusal::Invalid)?
        .split_ascii_whitespace();
    // RFC 9110 §11.1: the case of a scheme means nothing.
    if !words
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
    {
        return Err(Refusal::NoToken);
    }
    match (words.next(), words.next()) {
        (Some(token), None) => Ok(token),
        _ => Err(Refusal::Invalid),
    }
}

impl Refusal {
    /// The answer: 401 in the shape that front ends of `SimpleJWT` refresh at, or 503.
    pub fn response<R: From<String>>(self) -> Response<R> {
        let message = self.to_string();
        let (status, body, name, value) = match self {
            Self::NotFresh => (
                StatusCode::SERVICE_UNAVAILABLE,
                json!({ "detail": message }),
                header::RETRY_AFTER,
                RETRY_AFTER.to_owned(),
            ),
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                json!({ "detail": message }),
                header::WWW_AUTHENTICATE,
                CHALLENGE.to_owned(),
            ),
            Self::Invalid | Self::WrongType | Self::Expired | Self::Ended => (
                StatusCode::UNAUTHORIZED,
                json!({
                    "detail": "Given token not valid for any token type",
                    "code": "token_not_valid",
                    "messages": [{
                        "token_class": "AccessToken",
                        "token_type": "access",
                        "message": message,
                    }],
                }),
                header::WWW_AUTHENTICATE,
                format!("{CHALLENGE}, error=\"invalid_token\", error_description=\"{message}\""),
            ),
        };
        let mut response = Response::new(R::from(body.to_string()));
        *response.status_mut() = status;
        let mut set = |name: HeaderName, value: HeaderValue| {
            response.headers_mut().insert(name, value);
        };
        set(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        set(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Words of ours alone.
        if let Ok(value) = HeaderValue::from_str(&value) {
            set(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_scheme_and_a_token() {
        for (values, expected) in [
            (&[][..], Err(Refusal::NoToken)),
            (&["Bearer x"], Ok("x")),
            (&["bearer  x "], Ok("x")),
            (&["Basic x"], Err(Refusal::NoToken)),
            (&[""], Err(Refusal::NoToken)),
            (&["Bearer"], Err(Refusal::Invalid)),
            (&["Bearer a b"], Err(Refusal::Invalid)),
            (&["Basic x", "Bearer x"], Err(Refusal::Invalid)),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            assert_eq!(bearer(&headers), expected, "{values:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        for (refusal, status, header, begins) in [
            (
                Refusal::NoToken,
                401,
                "www-authenticate",
                "Bearer realm=\"api\"",
            ),
            (
                Refusal::Ended,
                401,
                "www-authenticate",
                "Bearer realm=\"api\", error",
            ),
            (Refusal::NotFresh, 503, "retry-after", "1"),
        ] {
            let response: Response<String> = refusal.response();
            assert_eq!(response.status(), status);
            assert!(
                response.headers()[header]
                    .to_str()
                    .unwrap()
                    .starts_with(begins)
            );
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(
                response.body().contains("token_not_valid"),
                refusal == Refusal::Ended
            );
        }
    }
}
