//! What becomes of failures: each is told in the shape of its route.

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{Method, StatusCode, header};

use crate::{
    failure::Failure,
    form::LocalPath,
    guard,
    middleware::RequestId,
    pages::errors,
    routes::{Class, ROUTES, has_code},
    state::AppState,
    visit::Visit,
};

/// How a failure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Page,
    Problem,
    Detail,
}

impl Shape {
    const fn of_class(class: Class) -> Self {
        match class {
            Class::Page | Class::Action | Class::Operations => Self::Page,
            Class::Api => Self::Problem,
            Class::Auth => Self::Detail,
        }
    }

    /// Where no row of the table says so.
    fn of_path(path: &str) -> Self {
        let is_under = |mount: &str| {
            path.strip_prefix(mount)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if ["/api/auth", "/api/token", "/api/me"]
            .into_iter()
            .any(is_under)
        {
            Self::Detail
        } else if is_under("/api") {
            Self::Problem
        } else {
            Self::Page
        }
    }
}

/// Whether no page is shown at a path, whatever is wrong.
pub(super) fn is_for_a_program(path: &str) -> bool {
    Shape::of_path(path) != Shape::Page
        || ROUTES
            .iter()
            .any(|route| route.class == Class::Operations && route.path == path)
}

/// Renders every failure: as a page, as a problem document, or in the shape of Django REST
/// framework.
pub(crate) async fn render_failures(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let shape = Shape::of_path(request.uri().path());
    let method = request.method().clone();
    let again = (method == Method::GET)
        .then(|| request.uri().path_and_query())
        .flatten()
        .and_then(|path| LocalPath::parse(path.as_str()))
        .map(|path| {
            // The code of a link stands on no page.
            if has_code(path.as_str()) {
                path.without_query()
            } else {
                path
            }
        });
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    let theme = guard::theme(&state, request.headers());
    let mut response = next.run(request).await;
    let failure = response
        .extensions_mut()
        .remove::<Failure>()
        .or_else(|| unnamed(response.status(), &response));
    let Some(failure) = failure else {
        return response;
    };
    let visit = response.extensions_mut().remove::<Visit>();
    let shape = visit
        .as_ref()
        .map_or(shape, |visit| Shape::of_class(visit.route().class));
    let mut rendered = match shape {
        Shape::Problem => failure.problem(&request_id),
        Shape::Detail => failure.detail(&request_id, &method),
        Shape::Page => {
            let mut page = match &visit {
                Some(visit) => errors::show(visit, &failure, &request_id).await,
                None => errors::bare(&state, theme, again.as_ref(), &failure, &request_id),
            };
            failure.add_headers(&mut page);
            page
        }
    };
    // What was said of the methods that a path takes, and cookies that were set on the way.
    for name in [header::ALLOW, header::VARY, header::SET_COOKIE] {
        for value in response.headers().get_all(&name) {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    // For the log.
    rendered.extensions_mut().insert(failure);
    rendered
}

/// A failure that a layer made without saying so.
fn unnamed(status: StatusCode, response: &Response<Body>) -> Option<Failure> {
    // What has a content type was written by one of our handlers.
    if response.headers().contains_key(header::CONTENT_TYPE) {
        return None;
    }
    match status {
        StatusCode::SERVICE_UNAVAILABLE => Some(Failure::Timeout),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Failure::TooLarge),
        StatusCode::METHOD_NOT_ALLOWED => Some(Failure::MethodNotAllowed),
        StatusCode::NOT_FOUND => Some(Failure::NotFound),
        status if status.is_server_error() => Some(Failure::internal(anyhow::anyhow!(
            "a layer answered with {status}"
        ))),
        _ => None,
    }
}
