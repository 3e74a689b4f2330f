//! Layers around every route: request ids, headers, limits, panics, and the log of requests.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderName, HeaderValue, header};
use latchkey_authority::database;
use tracing::Instrument as _;

use crate::{failure::Failure, metrics::Row, state::AppState};

/// The longest body that is read.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// The header with the request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The policy of everything that is not a page with islands: nothing runs.
pub(crate) const STRICT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The policy of a page with islands: our own script, started by one inline line with a nonce.
pub(crate) fn island_policy(nonce: &str) -> String {
    format!(
        "{STRICT_POLICY}; connect-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'"
    )
}

/// The id under which the log has a request. Always our own: one that the other end chose could
/// put anything into the log.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Which row of the route table a request is for.
fn row(state: &AppState, request: &Request) -> Row {
    let matched = request.extensions().get::<MatchedPath>();
    state
        .metrics()
        .row(request.method(), matched.map(MatchedPath::as_str))
}

/// Gives the request an id, logs it once with its outcome, and counts it.
pub(crate) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = URL_SAFE_NO_PAD.encode(state.authority().random().bytes::<12>());
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    // The path alone: queries carry what people typed, and set-up codes.
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("http.request", request.id = %id);
    let began = Instant::now();
    let row = row(&state, &request);

    let mut response = next.run(request).instrument(span.clone()).await;

    let status = response.status();
    state.metrics().answered(row, status);
    let elapsed = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        let failure = response.extensions().get::<Failure>();
        if let Some(Failure::Internal(error)) = failure {
            tracing::error!(error = format!("{error:#}"), "request failed");
        }
        tracing::info!(
            http.method = %method,
            http.path = path,
            http.status = status.as_u16(),
            http.failure = failure.map(Failure::code),
            elapsed_us = elapsed,
            "request"
        );
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Runs the handler in a task of its own, so that a panic ends that task alone, and a client that
/// hangs up between commit and reply stops nothing half-way. Counts the statements of that task.
pub(crate) async fn contain(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let is_safe = request.method().is_safe();
    let row = row(&state, &request);
    let work = database::counting(async move {
        let response = next.run(request).await;
        state.metrics().worked(row, database::sent());
        response
    })
    .in_current_span();
    let outcome = if is_safe {
        tokio::spawn(work).await
    } else {
        IN_FLIGHT.run(work).await
    };
    outcome.unwrap_or_else(|error| {
        Failure::internal(anyhow::anyhow!("the handler panicked: {error}")).into_response()
    })
}

/// Changes under way, so that a shutdown can wait for them.
pub(crate) static IN_FLIGHT: InFlight = InFlight::new();

/// Counts tasks that must be finished.
#[derive(Debug)]
pub(crate) struct InFlight {
    count: std::sync::atomic::AtomicUsize,
    done: tokio::sync::Notify,
}

impl InFlight {
    const fn new() -> Self {
        Self {
            count: std::sync::atomic::AtomicUsize::new(0),
            done: tokio::sync::Notify::const_new(),
        }
    }

    async fn run<F>(&'static self, work: F) -> Result<F::Output, tokio::task::JoinError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        use std::sync::atomic::Ordering::SeqCst;
        struct Leave(&'static InFlight);
        impl Drop for Leave {
            fn drop(&mut self) {
                if self.0.count.fetch_sub(1, SeqCst) == 1 {
                    self.0.done.notify_waiters();
                }
            }
        }
        self.count.fetch_add(1, SeqCst);
        let leave = Leave(self);
        tokio::spawn(async move {
            let _leave = leave;
            work.await
        })
        .await
    }

    /// Waits until nothing is under way.
    pub(crate) async fn finished(&self) {
        loop {
            let notified = self.done.notified();
            if self.count.load(std::sync::atomic::Ordering::SeqCst) == 0 {
                return;
            }
            notified.await;
        }
    }
}

/// Sets the headers that every response carries, and those that it lacks.
pub(crate) async fn secure(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: it would also hide where our own forms come from.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.settings().base_url.is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(STRICT_POLICY));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
