//! `/theme`: the choice between the looks.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::header;
use latchkey_app::Theme;
use serde::Deserialize;

use crate::{
    failure::Failure,
    form::{Fields, LocalPath},
    routes,
    visit::Visit,
};

/// Browsers keep no cookie longer.
const KEPT: std::time::Duration = std::time::Duration::from_hours(400 * 24);

#[derive(Debug, Deserialize)]
pub(crate) struct ThemeForm {
    theme: String,
    back: Option<String>,
}

/// Keeps the choice in this browser and leads back to the page where it was made.
pub(crate) async fn set(
    visit: Visit,
    Fields(form): Fields<ThemeForm>,
) -> Result<Response, Failure> {
    let theme = Theme::parse(&form.theme)
        .ok_or_else(|| Failure::BadRequest("There is no such theme.".to_owned()))?;
    let back = form
        .back
        .as_deref()
        .and_then(LocalPath::parse)
        .filter(|path| !routes::is_once(path.as_str()));
    let names = visit.state().cookie_names();
    let cookie = match theme {
        // Nothing is kept of who does not choose.
        Theme::System => names.remove(names.theme),
        Theme::Light | Theme::Dark => {
            names.write(names.theme, theme.as_str().to_owned(), Some(KEPT))
        }
    };
    let back = back.as_ref().map_or("/", LocalPath::as_str);
    let mut response = Redirect::to(back).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
