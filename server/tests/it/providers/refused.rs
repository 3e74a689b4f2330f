//! What a provider sends that does not verify leaves no account and one event.

use serde_json::{Value, json};

use super::{assert_refused, go_through, with_acme, with_google};

#[tokio::test]
async fn an_id_token_that_is_not_for_this_sign_in_is_refused() {
    let cases: [(Value, &str); 17] = [
        (json!({ "iss": "https://evil.example" }), "id_token_issuer"),
        (json!({ "iss": null }), "id_token_issuer"),
        (json!({ "sub": null }), "id_token_subject"),
        (json!({ "sub": "" }), "id_token_subject"),
        (json!({ "sub": "x".repeat(256) }), "id_token_subject"),
        (json!({ "sub": 1001 }), "id_token_subject"),
        (json!({ "aud": "somebody-else" }), "id_token_audience"),
        (json!({ "aud": null }), "id_token_audience"),
        (
            json!({ "aud": ["latchkey-test", "another"] }),
            "id_token_authorized_party",
        ),
        (json!({ "azp": "another" }), "id_token_authorized_party"),
        (json!({ "iat": null }), "id_token_issued_at"),
        (json!({ "exp": null }), "id_token"),
        (json!({ "exp": 1 }), "clock"),
        (json!({ "iat": 4_102_444_800_i64 }), "clock"),
        (json!({ "nonce": "another" }), "id_token_nonce"),
        (json!({ "nonce": null }), "id_token_nonce"),
        (
            json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
            "id_token_access_token",
        ),
    ];
    for (claims, reason) in cases {
        let (app, google) = with_google(&[]).await;
        let mut browser = app.browser();
        let reply = go_through(&mut browser, &google, "google", &claims).await;
        let status = if reason == "clock" { 500 } else { 502 };
        assert_eq!(reply.status, status, "{claims}");
        assert_refused(&app, &browser, &reply, reason).await;
    }
}

#[tokio::test]
async fn an_id_token_for_several_is_taken_where_it_was_issued_to_us() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    let claims = json!({ "aud": ["latchkey-test", "another"], "azp": "latchkey-test" });
    let reply = go_through(&mut browser, &google, "google", &claims).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
}

#[tokio::test]
async fn both_spellings_of_googles_issuer_are_taken_and_of_nobody_elses() {
    let (app, google) = with_google(&[]).await;
    let short = google.issuer.strip_prefix("http://").unwrap().to_owned();
    let claims = json!({ "iss": short });
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &google, "google", &claims).await;
    assert_eq!(reply.status, 303, "{}", reply.body);

    let (app, acme) = with_acme(&json!({})).await;
    let short = acme.issuer.strip_prefix("http://").unwrap().to_owned();
    let mut browser = app.browser();
    let reply = go_through(&mut browser, &acme, "acme", &json!({ "iss": short })).await;
    assert_refused(&app, &browser, &reply, "id_token_issuer").await;
}

#[tokio::test]
async fn headers_choose_neither_key_nor_algorithm() {
    for (header, reason) in [
        (json!({ "alg": "none" }), "id_token_algorithm"),
        (json!({ "alg": "EdDSA", "typ": "at+jwt" }), "id_token_type"),
        (
            json!({ "alg": "EdDSA", "typ": "logout+jwt" }),
            "id_token_type",
        ),
        (
            json!({ "alg": "EdDSA", "typ": "secevent+jwt" }),
            "id_token_type",
        ),
        (json!({ "alg": "HS256" }), "id_token_algorithm"),
        (json!({ "alg": "RS256" }), "id_token_algorithm"),
        (json!({ "alg": "EdDSA", "kid": "unknown" }), "id_token_key"),
        (json!({ "alg": "EdDSA", "crit": ["x"] }), "id_token"),
        (
            json!({ "alg": "EdDSA", "jku": "https://evil.example" }),
            "id_token",
        ),
    ] {
        let (app, google) = with_google(&[]).await;
        google.behaviour().header = header.clone();
        let mut browser = app.browser();
        let reply = go_through(&mut browser, &google, "google", &json!({})).await;
        assert_eq!(reply.status, 502, "{header}");
        assert_refused(&app, &browser, &reply, reason).await;
    }
}

#[tokio::test]
async fn answers_of_the_provider_name_it_where_it_promises_to() {
    for (iss, reason) in [
        (None, Some("response_issuer")),
        (Some("https://evil.example"), Some("response_issuer")),
        (Some(""), Some("response_issuer")),
        (Some("its own"), None),
    ] {
        let (app, google) = with_google(&[]).await;
        google.behaviour().document =
            json!({ "authorization_response_iss_parameter_supported": true });
        let mut browser = app.browser();
        let led_to = browser.get("/auth/google").await;
        let mut led_back = google.consent(led_to.location(), &json!({}));
        match iss {
            None => {}
            Some("its own") => led_back = format!("{led_back}&iss={}", google.issuer),
            Some(iss) => led_back = format!("{led_back}&iss={iss}"),
        }
        let reply = browser.get(&led_back).await;
        match reason {
            None => assert_eq!(reply.status, 303, "{}", reply.body),
            Some(reason) => assert_refused(&app, &browser, &reply, reason).await,
        }
    }
}

#[tokio::test]
async fn what_the_provider_says_on_asking_must_be_of_the_same_person() {
    let (app, acme) = with_acme(&json!({})).await;
    acme.behaviour().userinfo = Some(json!({ "sub": "2002", "email": "ann@example.org" }));
    let mut browser = app.browser();
    let claims = json!({ "email": null });
    let reply = go_through(&mut browser, &acme, "acme", &claims).await;
    assert_refused(&app, &browser, &reply, "userinfo_subject").await;
}

#[tokio::test]
async fn a_description_of_another_issuer_or_that_leads_elsewhere_leads_nobody_there() {
    for document in [
        json!({ "issuer": "https://evil.example" }),
        json!({ "authorization_endpoint": "http://evil.example/authorize" }),
        json!({ "token_endpoint": null }),
        json!({ "jwks_uri": "file:///etc/passwd" }),
    ] {
        let (app, google) = with_google(&[]).await;
        google.behaviour().document = document;
        let mut browser = app.browser();
        let reply = browser.get("/auth/google").await;
        assert_eq!(reply.status, 502, "{}", reply.body);
        assert_eq!(reply.location(), "");
        // Whoever comes just after it is not led there either, and is no event of their own.
        assert_eq!(browser.get("/auth/google").await.status, 503);
        assert_refused(&app, &browser, &reply, "answer").await;
    }
}

#[tokio::test]
async fn i12_a_document_that_is_too_long_is_not_read() {
    let (app, google) = with_google(&[]).await;
    google.behaviour().document = json!({ "padding": "x".repeat(300 * 1_024) });
    let reply = app.browser().get("/auth/google").await;
    assert_eq!(reply.status, 502, "{}", reply.body);
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_refused() {
    let (app, google) = with_google(&[]).await;
    let mut browser = app.browser();
    let led_to = browser.get("/auth/google").await;
    let led_back = google.consent(led_to.location(), &json!({}));
    let reply = browser.get(&format!("{led_back}&code=other")).await;
    assert_eq!(reply.status, 400);
    assert_eq!(browser.session(), None);
}
