//! `/dev/components`: for whoever works on Latchkey. A release has no such route.

use axum::response::Response;
use latchkey_app::{Section, page::components::ComponentsPage};

use super::respond::{self, Around};
use crate::{failure::Failure, visit::Visit};

/// The parts that pages are made of.
pub(crate) async fn components(visit: Visit) -> Result<Response, Failure> {
    let around = Around::new("Components", Section::None);
    respond::page(&visit, around, ComponentsPage).await
}
