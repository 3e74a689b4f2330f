//! The bodies of the calls here, for the `OpenAPI` document. They are read and written by hand, in
//! the words of SimpleJWT and dj-rest-auth; the recorded replies hold them to these shapes.

#![expect(dead_code, reason = "they describe, and nothing is made of them")]

use latchkey_types::UserId;
use utoipa::ToSchema;

/// A name and a password.
#[derive(ToSchema)]
#[schema(example = json!({ "username": "ann", "password": "walnut harbour thirty lanterns" }))]
pub(crate) struct Credentials {
    /// The username or the e-mail address.
    username: String,
    password: String,
}

/// A name and a password; the name in either field.
#[derive(ToSchema)]
#[schema(example = json!({ "username": "ann", "password": "walnut harbour thirty lanterns" }))]
pub(crate) struct Login {
    #[schema(nullable = false)]
    username: Option<String>,
    #[schema(format = "email", nullable = false)]
    email: Option<String>,
    password: String,
}

/// What Google gave a front end: a code with its verifier and where it was sent, or an ID token
/// with a nonce of ours.
#[derive(ToSchema)]
#[schema(example = json!({ "id_token": "eyJhbGciOiJSUzI1NiIs…" }))]
pub(crate) struct Google {
    #[schema(nullable = false)]
    code: Option<String>,
    /// RFC 7636 §4.1.
    #[schema(nullable = false)]
    code_verifier: Option<String>,
    /// One of the setting `provider_redirect_uris`.
    #[schema(nullable = false)]
    redirect_uri: Option<String>,
    #[schema(nullable = false)]
    id_token: Option<String>,
}

/// What an ID token must have as its `nonce`.
#[derive(ToSchema)]
#[schema(example = json!({ "nonce": "q9cV…" }))]
pub(crate) struct Nonce {
    nonce: String,
}

/// An access token and a refresh token; both empty where they travel in cookies.
#[derive(ToSchema)]
#[schema(example = json!({ "access": "eyJhbGciOiJFZERTQSIs…", "refresh": "lkr_AdVk…" }))]
pub(crate) struct Pair {
    /// A JWT (RFC 9068), good for 15 minutes at most.
    access: String,
    /// Opaque. It rotates on every use: keep the new one.
    refresh: String,
    /// Where the pair travels in cookies.
    #[schema(format = "date-time", nullable = false)]
    access_expiration: Option<String>,
    /// Where the pair travels in cookies.
    #[schema(format = "date-time", nullable = false)]
    refresh_expiration: Option<String>,
}

/// A pair and when both expire.
#[derive(ToSchema)]
#[schema(example = json!({
    "access": "eyJhbGciOiJFZERTQSIs…",
    "refresh": "lkr_AdVk…",
    "access_expiration": "2026-01-01T00:15:00Z",
    "refresh_expiration": "2026-01-08T00:00:00Z",
}))]
pub(crate) struct DatedPair {
    access: String,
    refresh: String,
    #[schema(format = "date-time")]
    access_expiration: String,
    #[schema(format = "date-time")]
    refresh_expiration: String,
}

/// A refresh token.
#[derive(ToSchema)]
#[schema(example = json!({ "refresh": "lkr_AdVk…" }))]
pub(crate) struct RefreshToken {
    refresh: String,
}

/// A refresh token, where it does not come in its cookie.
#[derive(ToSchema)]
#[schema(example = json!({ "refresh": "lkr_AdVk…" }))]
pub(crate) struct MaybeRefreshToken {
    #[schema(nullable = false)]
    refresh: Option<String>,
}

/// A token of either type.
#[derive(ToSchema)]
#[schema(example = json!({ "token": "eyJhbGciOiJFZERTQSIs…" }))]
pub(crate) struct AnyToken {
    token: String,
}

/// Nothing: the status says it.
#[derive(ToSchema)]
#[schema(example = json!({}))]
pub(crate) struct Nothing {}

/// A user as dj-rest-auth shows them.
#[derive(ToSchema)]
#[schema(example = json!({
    "pk": "01890a5d-ac96-774b-bcce-b302099a8057",
    "username": "ann",
    "email": "ann@example.com",
    "first_name": "",
    "last_name": "",
}))]
pub(crate) struct AccountUser {
    pk: UserId,
    username: String,
    email: String,
    /// Not kept: always empty.
    first_name: String,
    /// Not kept: always empty.
    last_name: String,
}

/// A pair, and who it is for.
#[derive(ToSchema)]
pub(crate) struct SignedIn {
    #[schema(example = "eyJhbGciOiJFZERTQSIs…")]
    access: String,
    #[schema(example = "lkr_AdVk…")]
    refresh: String,
    /// Where the pair travels in cookies.
    #[schema(format = "date-time", nullable = false)]
    access_expiration: Option<String>,
    /// Where the pair travels in cookies.
    #[schema(format = "date-time", nullable = false)]
    refresh_expiration: Option<String>,
    user: AccountUser,
}

/// What to change of oneself.
#[derive(ToSchema)]
#[schema(example = json!({ "username": "anna" }))]
pub(crate) struct UserChange {
    /// Required with `PUT`.
    #[schema(nullable = false)]
    username: Option<String>,
    /// Ignored.
    #[schema(nullable = false)]
    first_name: Option<String>,
    /// Ignored.
    #[schema(nullable = false)]
    last_name: Option<String>,
}

/// A new password.
#[derive(ToSchema)]
#[schema(example = json!({
    "old_password": "walnut harbour thirty lanterns",
    "new_password1": "seven brass lanterns at dusk",
    "new_password2": "seven brass lanterns at dusk",
}))]
pub(crate) struct PasswordChange {
    old_password: String,
    new_password1: String,
    /// The same once more.
    new_password2: String,
}

/// A new account.
#[derive(ToSchema)]
#[schema(example = json!({
    "username": "carl",
    "email": "carl@example.com",
    "password1": "walnut harbour thirty lanterns",
    "password2": "walnut harbour thirty lanterns",
}))]
pub(crate) struct Registration {
    username: String,
    #[schema(format = "email", nullable = false)]
    email: Option<String>,
    password1: String,
    /// The same once more.
    password2: String,
}

/// A token for the header `X-CSRFToken`.
#[derive(ToSchema)]
pub(crate) struct Csrf {
    #[schema(rename = "csrfToken", example = "Qm3ZVtY7wq9cKx0aRl2dPg")]
    csrf_token: String,
}

/// What happened, in a sentence.
#[derive(ToSchema)]
#[schema(example = json!({ "detail": "Token is invalid", "code": "token_not_valid" }))]
pub(crate) struct Detail {
    detail: String,
    /// `token_not_valid` asks for a refresh, or for a sign-in.
    #[schema(nullable = false)]
    code: Option<String>,
}

/// What is wrong with a body: for each field its errors. What is wrong with none of them stands
/// under `non_field_errors`, what does not parse under `detail`.
#[derive(ToSchema)]
#[schema(
    value_type = Object,
    example = json!({ "username": ["This field is required."] })
)]
pub(crate) struct FieldErrors(serde_json::Value);

/// What went wrong (RFC 9457).
#[derive(ToSchema)]
#[schema(example = json!({
    "type": "urn:latchkey:problem:not_permitted",
    "title": "You may not do that",
    "status": 403,
    "detail": "Your role does not allow it. Ask an administrator if you think it should.",
    "code": "not_permitted",
    "request_id": "f3Jk0hY2xQ9aLm1Z",
}))]
pub(crate) struct Problem {
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    /// The stable word for programs.
    code: String,
    /// Under which the log has it.
    request_id: String,
}
