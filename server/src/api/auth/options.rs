//! What `OPTIONS` says of a path: Django REST framework's metadata.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

/// A field as the metadata has it: its name, its type, whether it is required.
type Field = (&'static str, &'static str, bool);

const USERNAME: Field = ("username", "string", true);
const PASSWORD: Field = ("password", "string", true);
const REFRESH: Field = ("refresh", "string", true);

/// Name, description and fields of a path's changes; a field that is not required may also be one
/// that is only ever answered.
fn known(path: &str) -> (&'static str, &'static str, &'static [Field]) {
    match path {
        "/api/auth/token/" | "/api/token/" => (
            "Token Obtain Pair",
            "Takes a set of user credentials and returns an access and refresh JSON web\ntoken pair \
             to prove the authentication of those credentials.",
            &[USERNAME, PASSWORD],
        ),
        "/api/token/refresh/" => (
            "Token Refresh",
            "Takes a refresh type JSON web token and returns an access type JSON web\ntoken if the \
             refresh token is valid.",
            &[REFRESH],
        ),
        "/api/auth/token/refresh/" => (
            "Refresh View With Cookie Support",
            "",
            &[("refresh", "string", false)],
        ),
        "/api/auth/token/verify/" | "/api/token/verify/" => (
            "Token Verify",
            "Takes a token and indicates if it is valid.  This view provides no\ninformation about \
             a token's fitness for a particular use.",
            &[("token", "string", true)],
        ),
        "/api/auth/token/blacklist/" | "/api/token/blacklist/" => (
            "Token Blacklist",
            "Takes a token and blacklists it: its family ends.",
            &[REFRESH],
        ),
        "/api/auth/login/" => (
            "Login",
            "Checks the credentials and returns a pair of tokens and the user.",
            &[
                ("username", "string", false),
                ("email", "email", false),
                PASSWORD,
            ],
        ),
        "/api/auth/logout/" => ("Logout", "Ends the family of a refresh token.", &[]),
        "/api/auth/user/" => (
            "User Details",
            "Reads and changes what is said of whoever is signed in.",
            &[
                USERNAME,
                ("first_name", "string", false),
                ("last_name", "string", false),
            ],
        ),
        "/api/auth/password/change/" => (
            "Password Change",
            "Changes the password of whoever is signed in.",
            &[
                ("old_password", "string", true),
                ("new_password1", "string", true),
                ("new_password2", "string", true),
            ],
        ),
        "/api/auth/registration/" => (
            "Register",
            "Registers a new user.\n\nAccepts the following POST parameters: username, email, \
             password1, password2.",
            &[
                USERNAME,
                ("email", "email", false),
                ("password1", "string", true),
                ("password2", "string", true),
            ],
        ),
        _ => ("", "", &[]),
    }
}

/// The metadata of a path.
pub(super) fn describe(path: &str) -> Response {
    let (name, description, fields) = known(path);
    let mut metadata = json!({
        "name": name,
        "description": description,
        "renders": ["application/json"],
        "parses": [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ],
    });
    if !fields.is_empty() {
        let method = if path == "/api/auth/user/" {
            "PUT"
        } else {
            "POST"
        };
        let described: Map<String, Value> = fields
            .iter()
            .map(|(name, kind, required)| {
                let field = json!({
                    "type": kind,
                    "required": required,
                    "read_only": false,
                    "label": label(name),
                });
                ((*name).to_owned(), field)
            })
            .collect();
        metadata["actions"] = json!({ method: described });
    }
    Json(metadata).into_response()
}

/// `new_password1` reads `New password1`.
fn label(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut characters = spaced.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}
