//! Every recorded case in which this server differs on purpose.

/// Which recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// Tokens in bodies.
    Body,
    /// Tokens in cookies.
    Cookie,
    /// Verified addresses required.
    Verified,
}

impl Set {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Body => "bodies",
            Self::Cookie => "cookies",
            Self::Verified => "verified addresses",
        }
    }
}

/// One difference: what is answered here, and the words for the page.
pub(super) struct Difference {
    pub(super) sets: &'static [Set],
    pub(super) cases: &'static [&'static str],
    pub(super) status: u16,
    pub(super) body: &'static str,
    /// `Allow`, where that is what differs.
    pub(super) allow: Option<&'static str>,
    pub(super) recorded: &'static str,
    pub(super) ours: &'static str,
    pub(super) why: &'static str,
}

const ALL: &[Set] = &[Set::Body, Set::Cookie, Set::Verified];
const TOKENS: &[Set] = &[Set::Body, Set::Cookie];
const NOT_FOUND: &str = r#"{"detail":"Not found."}"#;
const USER: &str = r#"{"pk":"<id>","username":"alice","email":"alice@example.com","first_name":"","last_name":""}"#;

/// All of them.
pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        sets: &[Set::Body],
        cases: &["obtain no trailing slash"],
        status: 200,
        body: r#"{"refresh":"<token>","access":"<token>"}"#,
        allow: None,
        recorded: "405: Django leads to the other spelling, and a client comes there with GET",
        ours: "200 with the pair",
        why: "Every call is served with and without the slash at its end.",
    },
    Difference {
        sets: &[Set::Body],
        cases: &["refresh no exp"],
        status: 401,
        body: r#"{"detail":"Token is invalid","code":"token_not_valid"}"#,
        allow: None,
        recorded: "401 `Token has no 'exp' claim`",
        ours: "401 `Token is invalid`, the same `code`",
        why: "A refresh token here is no JWT and has no claims: whatever is one is no refresh token.",
    },
    Difference {
        sets: &[Set::Body],
        cases: &["sliding refresh ok"],
        status: 404,
        body: NOT_FOUND,
        allow: None,
        recorded: "200 with a token",
        ours: "404",
        why: "A sliding token is access and refresh in one: it could not be rotated, so its theft could not be noticed.",
    },
    Difference {
        sets: &[Set::Body],
        cases: &["protected unknown user"],
        status: 401,
        body: r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is invalid"}]}"#,
        allow: None,
        recorded: "401 `User not found`, `user_not_found`",
        ours: "401 `Token is invalid`, `token_not_valid`",
        why: "An access token is good as long as its refresh family is, and nobody's has none. `user_not_found` is answered where the family is there and the user is gone.",
    },
    Difference {
        sets: &[Set::Body],
        cases: &["dj login ok"],
        status: 200,
        body: r#"{"access":"<token>","refresh":"<token>","user":{"pk":"<id>","username":"alice","email":"alice@example.com","first_name":"","last_name":""}}"#,
        allow: None,
        recorded: "200; `pk` is a number; cookies are set as well",
        ours: "200; `pk` is a text (a UUID); no cookies",
        why: "Ids are UUIDs here. A pair travels in bodies or in cookies, never in both.",
    },
    Difference {
        sets: &[Set::Cookie],
        cases: &["dj login ok"],
        status: 200,
        body: r#"{"access":"","refresh":"","access_expiration":"<time>","refresh_expiration":"<time>","user":{"pk":"<id>","username":"alice","email":"alice@example.com","first_name":"","last_name":""}}"#,
        allow: None,
        recorded: "200; the access token stands in the body too",
        ours: "200 for `login/?transport=cookie`; `access` is empty, `pk` is a text",
        why: "What travels in a cookie that no script can read is not told to scripts beside it.",
    },
    Difference {
        sets: &[Set::Verified],
        cases: &["dj login ok", "dj login unverified"],
        status: 200,
        body: r#"{"access":"<token>","refresh":"<token>","user":{"pk":"<id>","username":"alice","email":"alice@example.com","first_name":"","last_name":""}}"#,
        allow: None,
        recorded: "400 `E-mail is not verified.`",
        ours: "200 with the pair",
        why: "No address is verified by mail in this release, so none is asked to be.",
    },
    Difference {
        sets: &[Set::Verified],
        cases: &["dj login no user"],
        status: 400,
        body: r#"{"non_field_errors":["Must include \"username\" and \"password\"."]}"#,
        allow: None,
        recorded: "400 `Must include either \"username\" or \"email\" and \"password\".`",
        ours: "400 with the text of the other recordings",
        why: "There is no setting for it: a username and an address both sign in, in either field.",
    },
    Difference {
        sets: TOKENS,
        cases: &["dj user"],
        status: 200,
        body: USER,
        allow: None,
        recorded: "200; `pk` is a number",
        ours: "200; `pk` is a text (a UUID)",
        why: "Ids are UUIDs here.",
    },
    Difference {
        sets: TOKENS,
        cases: &["dj pw change weak"],
        status: 400,
        body: r#"{"new_password2":["This password is too short. It must contain at least 15 characters."]}"#,
        allow: None,
        recorded: "400 with three errors; 8 characters are enough",
        ours: "400 with the first error; 15 characters, and none of the common ones",
        why: "NIST SP 800-63B-4: length and a list of common passwords, no rules of composition.",
    },
    Difference {
        sets: ALL,
        cases: &[
            "dj pw reset ok",
            "dj pw reset bad email",
            "dj pw reset confirm bad uid",
            "dj pw reset confirm missing",
            "dj pw reset confirm replay",
        ],
        status: 404,
        body: NOT_FOUND,
        allow: None,
        recorded: "as dj-rest-auth documents it",
        ours: "404",
        why: "There is no mail in this release, so nobody can be sent a link.",
    },
    Difference {
        sets: ALL,
        cases: &[
            "dj verify-email missing",
            "dj verify-email ok",
            "dj resend ok",
        ],
        status: 404,
        body: NOT_FOUND,
        allow: None,
        recorded: "as dj-rest-auth documents it",
        ours: "404",
        why: "There is no mail in this release, so no address is verified by it.",
    },
    Difference {
        sets: &[Set::Verified],
        cases: &["dj register missing"],
        status: 400,
        body: r#"{"username":["This field is required."],"password1":["This field is required."],"password2":["This field is required."]}"#,
        allow: None,
        recorded: "400; `email` is required too",
        ours: "400; `email` is not required",
        why: "There is no mail in this release: an account needs no address.",
    },
    Difference {
        sets: &[Set::Body],
        cases: &["dj logout missing refresh"],
        status: 401,
        body: r#"{"detail":"Refresh token was not included in request data."}"#,
        allow: Some("POST, OPTIONS"),
        recorded: "`Allow: GET, POST, HEAD, OPTIONS`",
        ours: "`Allow: POST, OPTIONS`",
        why: "Nobody is ever signed out by following a link.",
    },
    Difference {
        sets: &[Set::Body],
        cases: &["dj logout ok"],
        status: 200,
        body: r#"{"detail":"Successfully logged out."}"#,
        allow: Some("POST, OPTIONS"),
        recorded: "`Allow: GET, POST, HEAD, OPTIONS`; cookies are taken away",
        ours: "`Allow: POST, OPTIONS`; cookies are taken away only where it was they that signed out",
        why: "Nobody is ever signed out by following a link, and no other page takes cookies away.",
    },
    Difference {
        sets: TOKENS,
        cases: &["dj logout GET"],
        status: 405,
        body: r#"{"detail":"Method \"GET\" not allowed."}"#,
        allow: Some("POST, OPTIONS"),
        recorded: "`Allow: GET, POST, HEAD, OPTIONS`",
        ours: "`Allow: POST, OPTIONS`",
        why: "Nobody is ever signed out by following a link.",
    },
    Difference {
        sets: &[Set::Cookie],
        cases: &["dj logout no cookie"],
        status: 401,
        body: r#"{"detail":"Refresh token was not included in request data."}"#,
        allow: Some("POST, OPTIONS"),
        recorded: "401 `Refresh token was not included in cookie data.`",
        ours: "401 `Refresh token was not included in request data.`",
        why: "Each family has its own transport: without a token nobody knows whose was meant.",
    },
    Difference {
        sets: &[Set::Body],
        cases: &["mfa activate init"],
        status: 404,
        body: NOT_FOUND,
        allow: None,
        recorded: "200 with a secret",
        ours: "404",
        why: "There are no second factors in this release.",
    },
];
