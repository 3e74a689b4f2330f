//! What the page says on which every call of the API is read and tried. What each call does is said in
//! the server, beside it.

pub(crate) const TITLE: &str = "API";
pub(crate) const ABOUT: &str =
    "Every call, as the route table of this server has it. What you try here is done for real.";
/// Before the link to it.
pub(crate) const DOCUMENT: &str = "The same as a document for programs: ";
pub(crate) const DOCUMENT_LINK: &str = "openapi.json";
/// After it.
pub(crate) const DOCUMENT_VERSION: &str = " (OpenAPI 3.1).";
pub(crate) const TOKEN: &str = "Access token";
pub(crate) const TOKEN_LABEL: &str = "Sent with each call; without one, your session is used";
pub(crate) const BODY: &str = "Body";
pub(crate) const SEND: &str = "Send";
