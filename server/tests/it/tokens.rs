//! SimpleJWT's calls and dj-rest-auth's, with tokens in bodies.

use std::time::Duration;

use axum::body::Body;
use http::Method;
use latchkey_types::Role;
use serde_json::{Value, json};

use crate::{
    app::{PASSWORD, TestApp},
    browser::Reply,
};

const GONE: &str = "token_not_valid";

async fn post(app: &TestApp, path: &str, body: Value) -> Reply {
    app.browser().call(Method::POST, path, &[], &body).await
}

async fn refresh(app: &TestApp, token: &str) -> Reply {
    post(app, "/api/auth/token/refresh/", json!({ "refresh": token })).await
}

#[tokio::test]
async fn a_program_signs_in_refreshes_and_signs_out() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (first, access) = app.pair("ann").await;
    let mut program = app.browser();
    let me = program.with_token(Method::GET, "/api/me", &access).await;
    assert_eq!(me.json()["username"], "ann");
    assert_eq!(me.json()["session_id"], Value::Null);
    let reply = refresh(&app, &first).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let pair = reply.json();
    assert_ne!(pair["refresh"], first.as_str());
    assert_eq!(pair["access_expiration"], "2026-01-01T00:15:00Z");
    assert_eq!(pair["refresh_expiration"], "2026-01-08T00:00:00Z");
    assert!(reply.set_cookie("__Host-latchkey-access").is_none());
    let second = pair["refresh"].as_str().unwrap();
    assert_eq!(
        post(&app, "/api/token/verify/", json!({ "token": second }))
            .await
            .status,
        200
    );
    let out = post(&app, "/api/auth/logout/", json!({ "refresh": second })).await;
    assert_eq!(out.json(), json!({ "detail": "Successfully logged out." }));
    // Its access tokens end with the family, at once.
    for token in [&access, pair["access"].as_str().unwrap()] {
        let reply = program.with_token(Method::GET, "/api/me", token).await;
        assert_eq!(reply.status, 401);
        assert_eq!(reply.json()["code"], GONE);
        let verified = post(&app, "/api/token/verify/", json!({ "token": token })).await;
        assert_eq!(verified.status, 401);
    }
    let again = refresh(&app, second).await;
    assert_eq!(
        again.json(),
        json!({ "detail": "Token is blacklisted", "code": GONE })
    );
    let verified = post(&app, "/api/token/verify/", json!({ "token": second })).await;
    assert_eq!(verified.status, 400);
    assert_eq!(
        verified.json(),
        json!({ "non_field_errors": ["Token is blacklisted"] })
    );
}

#[tokio::test]
async fn both_mounts_and_both_spellings_answer_the_same() {
    let app = TestApp::with(&[("rate_limit", "off")]).await;
    app.user("ann", Role::User).await;
    for mount in ["/api/token", "/api/auth/token"] {
        for slash in ["/", ""] {
            let body = json!({ "username": "ann", "password": PASSWORD });
            let pair = post(&app, &format!("{mount}{slash}"), body).await.json();
            for (call, name, token) in [
                ("verify", "token", &pair["access"]),
                ("verify", "token", &pair["refresh"]),
                ("refresh", "refresh", &pair["refresh"]),
                ("blacklist", "refresh", &pair["refresh"]),
            ] {
                let path = format!("{mount}/{call}{slash}");
                let reply = post(&app, &path, json!({ name: token })).await;
                assert_eq!(reply.status, 200, "{path}: {}", reply.body);
            }
        }
    }
}

#[tokio::test]
async fn a_name_an_address_a_form_and_a_number_all_sign_in() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    for body in [
        json!({ "username": "ann", "password": PASSWORD }),
        json!({ "username": "ann@example.com", "password": PASSWORD }),
        json!({ "email": "ann@example.com", "password": PASSWORD }),
    ] {
        assert_eq!(
            post(&app, "/api/token/", body.clone()).await.status,
            200,
            "{body}"
        );
        assert_eq!(
            post(&app, "/api/auth/login/", body.clone()).await.status,
            200,
            "{body}"
        );
    }
    let form = [("username", "ann"), ("password", PASSWORD)];
    let reply = app.browser().post_with("/api/token/", &form, &[]).await;
    assert_eq!(reply.status, 200);
    assert!(reply.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn i10_whether_there_is_such_an_account_cannot_be_told() {
    let app = TestApp::with(&[("rate_limit", "off")]).await;
    app.user("ann", Role::User).await;
    for path in ["/api/token/", "/api/auth/token/", "/api/auth/login/"] {
        let known = post(&app, path, json!({ "username": "ann", "password": "no" })).await;
        let unknown = post(&app, path, json!({ "username": "bob", "password": "no" })).await;
        let long = json!({ "username": "x".repeat(5_000), "password": "no" });
        let long = post(&app, path, long).await;
        assert_eq!(known.status, unknown.status);
        assert_eq!(known.body, unknown.body);
        assert_eq!(known.body, long.body);
    }
}

#[tokio::test]
async fn guesses_count_together_with_those_on_the_page() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    for guess in 0..5 {
        let path = ["/api/token/", "/api/auth/login/", "/api/auth/token/"][guess % 3];
        post(&app, path, json!({ "username": "ann", "password": "no" })).await;
    }
    let limited = post(
        &app,
        "/api/token/",
        json!({ "username": "ann", "password": PASSWORD }),
    )
    .await;
    assert_eq!(limited.status, 429);
    assert_eq!(limited.header("retry-after"), "61");
    assert_eq!(
        limited.json()["detail"],
        "Request was throttled. Expected available in 61 seconds."
    );
    assert_eq!(app.browser().sign_in("ann", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn a_family_is_refreshed_thirty_times_a_minute_and_others_do_not_count() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (mut token, _) = app.pair("ann").await;
    let (other, _) = app.pair("ann").await;
    for _ in 0..30 {
        // A forged token uses up nobody's minute.
        let mut forged = token.clone();
        forged.replace_range(104 - 1.., if forged.ends_with('A') { "B" } else { "A" });
        assert_eq!(
            refresh(&app, &forged).await.json()["detail"],
            "Token is invalid"
        );
        let pair = refresh(&app, &token).await.json();
        pair["refresh"].as_str().unwrap().clone_into(&mut token);
    }
    let limited = refresh(&app, &token).await;
    assert_eq!(limited.status, 429, "{}", limited.body);
    assert!(!limited.header("retry-after").is_empty());
    assert_eq!(refresh(&app, &other).await.status, 200);
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(refresh(&app, &token).await.status, 200);
}

#[tokio::test]
async fn i12_asking_about_a_token_and_giving_it_up_have_limits_of_their_own() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (token, _) = app.pair("ann").await;
    let about = json!({ "token": token });
    for _ in 0..120 {
        let verified = post(&app, "/api/token/verify/", about.clone()).await;
        assert_eq!(verified.status, 200, "{}", verified.body);
    }
    let limited = post(&app, "/api/token/verify/", about).await;
    assert_eq!(limited.status, 429, "{}", limited.body);
    // Whoever asks keeps nobody from going on, or from signing out.
    let pair = refresh(&app, &token).await.json();
    let given_up = json!({ "refresh": pair["refresh"] });
    let out = post(&app, "/api/auth/logout/", given_up.clone()).await;
    assert_eq!(out.status, 200, "{}", out.body);
    for path in ["/api/token/blacklist/", "/api/auth/logout/"].repeat(15) {
        let again = post(&app, path, given_up.clone()).await;
        if again.status == 429 {
            return;
        }
        assert_eq!(again.status, 401, "{}", again.body);
    }
    panic!("a token was given up without end");
}

#[tokio::test]
async fn i06_callers_at_once_get_one_successor() {
    let app = TestApp::with(&[("rate_limit", "off")]).await;
    app.user("ann", Role::User).await;
    let (token, _) = app.pair("ann").await;
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let (mut browser, body) = (app.browser(), json!({ "refresh": token }));
            tokio::spawn(async move {
                let path = "/api/auth/token/refresh/";
                browser.call(Method::POST, path, &[], &body).await
            })
        })
        .collect();
    let mut successors = Vec::new();
    for caller in callers {
        let reply = caller.await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        successors.push(reply.json()["refresh"].as_str().unwrap().to_owned());
    }
    successors.dedup();
    assert_eq!(successors.len(), 1);
}

#[tokio::test]
async fn reuse_ends_the_family_and_its_access_tokens() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (stolen, _) = app.pair("ann").await;
    let pair = refresh(&app, &stolen).await.json();
    let next = refresh(&app, pair["refresh"].as_str().unwrap())
        .await
        .json();
    app.clock.advance(Duration::from_mins(5));
    let reply = refresh(&app, &stolen).await;
    assert_eq!(
        reply.json(),
        json!({ "detail": "Token is blacklisted", "code": GONE })
    );
    let access = next["access"].as_str().unwrap();
    let mut program = app.browser();
    assert_eq!(
        program
            .with_token(Method::GET, "/api/me", access)
            .await
            .status,
        401
    );
    let last = refresh(&app, next["refresh"].as_str().unwrap()).await;
    assert_eq!(last.json()["detail"], "Token is blacklisted");
}

#[tokio::test]
async fn a_refresh_token_in_the_query_is_none() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let (token, access) = app.pair("ann").await;
    let path = format!("/api/token/refresh/?refresh={token}");
    let reply = post(&app, &path, json!({})).await;
    assert_eq!(reply.status, 400);
    let path = format!("/api/auth/token/refresh/?refresh={token}");
    assert_eq!(post(&app, &path, json!({})).await.status, 401);
    let path = format!("/api/me?access_token={access}");
    assert_eq!(app.browser().get(&path).await.status, 401);
    // Nothing was rotated by it.
    assert_eq!(refresh(&app, &token).await.status, 200);
}

#[tokio::test]
async fn the_door_for_passwords_can_be_closed() {
    let app = TestApp::with(&[("api_password_login", "off")]).await;
    app.user("ann", Role::User).await;
    for path in [
        "/api/token/",
        "/api/auth/token/",
        "/api/auth/login/",
        "/api/auth/registration/",
    ] {
        let reply = post(
            &app,
            path,
            json!({ "username": "ann", "password": PASSWORD }),
        )
        .await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.body.contains("turned off"), "{}", reply.body);
    }
}

#[tokio::test]
async fn registration_makes_an_account_where_sign_up_is_open() {
    let closed = TestApp::new().await;
    let new = json!({
        "username": "carl", "email": "carl@example.com",
        "password1": PASSWORD, "password2": PASSWORD,
    });
    assert_eq!(
        post(&closed, "/api/auth/registration/", new.clone())
            .await
            .status,
        403
    );

    let app = TestApp::with(&[("base_url", "http://127.0.0.1:3000")]).await;
    let mut program = app.browser();
    "127.0.0.1:3000".clone_into(&mut program.host);
    let path = "/api/auth/registration/";
    let reply = program.call(Method::POST, path, &[], &new).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!(reply.json()["user"]["username"], "carl");
    let access = reply.json()["access"].as_str().unwrap().to_owned();
    let me = program
        .with_token(Method::GET, "/api/auth/user/", &access)
        .await;
    assert_eq!(me.json()["email"], "carl@example.com");
    for (change, field, said) in [
        (
            json!({ "username": "carl", "email": "" }),
            "username",
            "A user with that username already exists.",
        ),
        (
            json!({ "username": "dora" }),
            "email",
            "User is already registered with this e-mail address.",
        ),
        (
            json!({ "username": "a b" }),
            "username",
            "Enter a valid username.",
        ),
        (
            json!({ "username": "dora", "email": "x" }),
            "email",
            "Enter a valid email address.",
        ),
        (
            json!({ "username": "dora", "email": "", "password1": "short", "password2": "short" }),
            "password1",
            "This password is too short.",
        ),
    ] {
        let mut body = new.clone();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let reply = program.call(Method::POST, path, &[], &body).await;
        assert_eq!(reply.status, 400);
        let found = reply.json()[field][0]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(found.starts_with(said), "{}", reply.body);
    }
}

#[tokio::test]
async fn a_user_changes_their_username_and_nothing_else() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    app.user("bob", Role::User).await;
    let (_, access) = app.pair("ann").await;
    let mut program = app.browser();
    let bearer = format!("Bearer {access}");
    let headers = [("authorization", bearer.as_str())];
    let path = "/api/auth/user/";
    let change = json!({ "username": "anna", "email": "x@y.example", "first_name": "A" });
    let reply = program.call(Method::PATCH, path, &headers, &change).await;
    let user = reply.json();
    assert_eq!(user["username"], "anna");
    assert_eq!(user["email"], "ann@example.com");
    assert_eq!(user["first_name"], "");
    // A name that only looks different is still their own.
    let same = json!({ "username": "ANNA" });
    let reply = program.call(Method::PUT, path, &headers, &same).await;
    assert_eq!(reply.json()["username"], "ANNA");
    for (taken, said) in [
        ("b0b", "A user with that username already exists."),
        ("", "This field may not be blank."),
    ] {
        let body = json!({ "username": taken });
        let reply = program.call(Method::PATCH, path, &headers, &body).await;
        assert_eq!(reply.json(), json!({ "username": [said] }));
    }
    let body = json!({ "username": "x".repeat(65) });
    let reply = program.call(Method::PATCH, path, &headers, &body).await;
    assert!(
        reply.body.contains("no more than 64 characters"),
        "{}",
        reply.body
    );
    let reply = program
        .call(Method::PATCH, path, &headers, &json!({}))
        .await;
    assert_eq!(reply.status, 200);
    app.user("root", Role::Administrator).await;
    let mut admin = app.signed_in("root").await;
    let events = admin
        .get("/api/admin/audit?kind=username.changed")
        .await
        .json();
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_new_password_ends_everything_but_the_family_that_asked() {
    let app = TestApp::new().await;
    app.user("ann", Role::User).await;
    let mut browser = app.signed_in("ann").await;
    let (other, _) = app.pair("ann").await;
    let (own, access) = app.pair("ann").await;
    let mut program = app.browser();
    let bearer = format!("Bearer {access}");
    let headers = [("authorization", bearer.as_str())];
    let path = "/api/auth/password/change/";
    let new = "gravel sundial forty oysters";
    let wrong = json!({ "old_password": "no", "new_password1": new, "new_password2": new });
    let reply = program.call(Method::POST, path, &headers, &wrong).await;
    assert_eq!(reply.status, 400);
    assert!(
        reply
            .body
            .contains("Your old password was entered incorrectly"),
        "{}",
        reply.body
    );
    let right = json!({ "old_password": PASSWORD, "new_password1": new, "new_password2": new });
    let reply = program.call(Method::POST, path, &headers, &right).await;
    assert_eq!(
        reply.json(),
        json!({ "detail": "New password has been saved." })
    );
    assert_eq!(browser.get("/account").await.status, 303);
    assert_eq!(
        refresh(&app, &other).await.json()["detail"],
        "Token is blacklisted"
    );
    assert_eq!(
        program
            .with_token(Method::GET, "/api/me", &access)
            .await
            .status,
        200
    );
    assert_eq!(refresh(&app, &own).await.status, 200);
}

#[tokio::test]
async fn what_is_disabled_is_told_and_ends_at_once() {
    let app = TestApp::new().await;
    let id = app.user("ann", Role::User).await;
    let (token, access) = app.pair("ann").await;
    let mut admin = app.user_signed_in("root", Role::Administrator).await;
    admin
        .send(
            Method::POST,
            &format!("/api/admin/users/{id}/disable"),
            &[("sec-fetch-site", "same-origin")],
            Body::empty(),
        )
        .await;
    let mut program = app.browser();
    assert_eq!(
        program
            .with_token(Method::GET, "/api/me", &access)
            .await
            .status,
        401
    );
    let reply = refresh(&app, &token).await;
    assert_eq!(
        reply.json(),
        json!({ "detail": "No active account found for the given token." })
    );
}

#[tokio::test]
async fn options_describes_each_call_and_other_methods_are_named() {
    let app = TestApp::new().await;
    let mut program = app.browser();
    for (path, name, allowed) in [
        ("/api/token/", "Token Obtain Pair", "POST, OPTIONS"),
        (
            "/api/auth/token/refresh",
            "Refresh View With Cookie Support",
            "POST, OPTIONS",
        ),
        (
            "/api/auth/user/",
            "User Details",
            "GET, PUT, PATCH, HEAD, OPTIONS",
        ),
    ] {
        let reply = program
            .send(Method::OPTIONS, path, &[], Body::empty())
            .await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.json()["name"], name);
        assert_eq!(reply.header("allow"), allowed);
        assert_eq!(reply.header("vary"), "Accept");
        let reply = program.send(Method::DELETE, path, &[], Body::empty()).await;
        assert_eq!(reply.status, 405);
        assert_eq!(reply.json()["detail"], "Method \"DELETE\" not allowed.");
        assert_eq!(reply.header("allow"), allowed);
    }
    let reply = program.get("/api/auth/nothing/").await;
    assert_eq!(
        (reply.status, reply.json()),
        (404, json!({ "detail": "Not found." }))
    );
    let text = [("content-type", "text/plain")];
    let reply = program
        .send(Method::POST, "/api/token/", &text, Body::from("x"))
        .await;
    assert_eq!(reply.status, 415);
    assert_eq!(
        reply.json()["detail"],
        "Unsupported media type \"text/plain\" in request."
    );
    let too_long = Body::from(vec![b' '; 100_000]);
    let json = [("content-type", "application/json")];
    let reply = program
        .send(Method::POST, "/api/token/", &json, too_long)
        .await;
    assert_eq!(reply.status, 413);
}
