//! A caller that keeps cookies and says where its requests come from, as browsers do.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderMap, Method, Request, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// One browser.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) address: SocketAddr,
    pub(crate) host: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// The `Set-Cookie` of this name.
    pub(crate) fn set_cookie(&self, name: &str) -> Option<&str> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .find(|value| value.starts_with(&format!("{name}=")))
    }

    /// The token in the first form of the page.
    pub(crate) fn csrf(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"csrf\"").expect("a form");
        let (_, rest) = rest.split_once("value=\"").expect("a value");
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

impl Browser {
    pub(crate) fn new(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            address: SocketAddr::from(([192, 0, 2, 1], 50_000)),
            host: "id.example.com".to_owned(),
        }
    }

    /// The same browser, whose requests go to another server.
    pub(crate) fn led_to(mut self, router: Router) -> Self {
        self.router = router;
        self
    }

    /// The same browser at another address.
    pub(crate) fn at(mut self, address: [u8; 4]) -> Self {
        self.address = SocketAddr::from((address, 50_000));
        self
    }

    /// The value of the session cookie.
    pub(crate) fn session(&self) -> Option<&String> {
        self.cookies.get("__Host-latchkey")
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    /// Sends a form from one of our own pages.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let headers = [("sec-fetch-site", "same-origin")];
        self.post_with(path, fields, &headers).await
    }

    /// Sends a form with headers of the test's choice.
    pub(crate) async fn post_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, Body::from(body)).await
    }

    pub(crate) async fn sign_in(&mut self, identifier: &str, password: &str) -> Reply {
        self.post(
            "/login",
            &[("identifier", identifier), ("password", password)],
        )
        .await
    }

    /// Sends JSON as a program does: it says nothing of where it comes from.
    pub(crate) async fn call(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> Reply {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(method, path, &all, Body::from(body.to_string()))
            .await
    }

    /// The same with an access token, and without a body.
    pub(crate) async fn with_token(&mut self, method: Method, path: &str, token: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        self.send(method, path, &[("authorization", &bearer)], Body::empty())
            .await
    }

    /// Sends any request, with the browser's cookies.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Reply {
        let (parts, body) = self.open(method, path, headers, body).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// The same, whose body is still to be read.
    pub(crate) async fn open(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> http::Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .extension(ConnectInfo(self.address));
        // Of two, the server would read the first.
        if headers.iter().all(|(name, _)| *name != "user-agent") {
            request = request.header(
                header::USER_AGENT,
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            );
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        self.keep_cookies(response.headers());
        response
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for value in headers.get_all(header::SET_COOKIE) {
            let text = value.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
