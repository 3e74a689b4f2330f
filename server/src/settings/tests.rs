use super::*;

fn load(values: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let variables = values
        .iter()
        .map(|(name, value)| (format!("LATCHKEY_{name}"), (*value).to_owned()));
    Settings::load(&Sources::defaults().with_variables(variables)?)
}

#[test]
fn defaults_are_an_embedded_database_on_loopback() {
    let settings = load(&[]).unwrap();
    assert!(settings.is_embedded());
    assert_eq!(settings.base_url.to_string(), "http://127.0.0.1:3000");
    assert!(settings.is_sign_up_open());
    assert_eq!(settings.password_memory, 19_456);
    assert!(settings.findings().is_empty());
    assert_eq!(settings.report["listen"].1, Origin::Default);
}

#[test]
fn an_unknown_or_malformed_setting_is_named_and_a_secret_is_not_repeated() {
    let error = load(&[("LISTN", "127.0.0.1:1")]).unwrap_err().to_string();
    assert!(
        error.contains("listn") && error.contains("environment"),
        "{error}"
    );
    for (name, value) in [
        ("LISTEN", "nowhere"),
        ("BASE_URL", "http://id.example.com"),
        ("BASE_URL", "https://id.example.com/path"),
        ("BASE_URL", "ftp://id.example.com"),
        ("SESSION_TTL", "31d"),
        ("SESSION_IDLE_TTL", "0"),
        ("ACCESS_TTL", "16m"),
        ("ACCESS_TTL", "0"),
        ("ACCESS_ALGORITHM", "HS256"),
        ("ACCESS_ALGORITHM", "none"),
        ("REFRESH_TTL", "31d"),
        ("FAMILY_TTL", "31d"),
        ("REFRESH_GRACE", "2m"),
        ("REFRESH_LOST_RESPONSE", "perhaps"),
        ("SIGN_UP", "maybe"),
        ("RATE_LIMIT", "yes"),
        ("PASSWORD_MEMORY", "1"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, everybody"),
    ] {
        let error = load(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(&name.to_lowercase()), "{error}");
    }
    let error = load(&[("DATABASE_URL", "mysql://root:hunter2@db")]).unwrap_err();
    assert!(!error.to_string().contains("hunter2"));
}

#[test]
fn postgres_needs_a_master_key_and_the_bootstrap_settings_come_in_pairs() {
    assert!(load(&[("DATABASE_URL", "postgres://db/latchkey")]).is_err());
    assert!(load(&[("BOOTSTRAP_ADMIN_EMAIL", "ann@example.com")]).is_err());
}

#[test]
fn two_providers_of_one_issuer_are_refused() {
    let providers = r#"[{"id":"a","issuer":"https://accounts.google.com","client_id":"c"}]"#;
    let google = [("GOOGLE_CLIENT_ID", "c"), ("GOOGLE_CLIENT_SECRET", "s")];
    assert!(load(&[("PROVIDERS", providers)]).is_ok());
    assert!(load(&[google[0]]).is_err(), "id and secret come together");
    let error = load(&[("PROVIDERS", providers), google[0], google[1]]).unwrap_err();
    assert!(error.to_string().contains("issuer"), "{error}");
}

#[test]
fn open_sign_up_stays_closed_on_a_public_address_without_mail() {
    let settings = load(&[("BASE_URL", "https://id.example.com:443/")]).unwrap();
    assert_eq!(settings.base_url.to_string(), "https://id.example.com");
    assert!(!settings.is_sign_up_open());
    assert_eq!(settings.findings().len(), 2);
    // The default base URL is loopback; who can connect is not.
    let settings = load(&[("LISTEN", "0.0.0.0:3000")]).unwrap();
    assert!(!settings.is_sign_up_open());
    assert_eq!(settings.findings().len(), 2);
}

#[test]
fn a_warning_about_cookies_says_what_a_prefix_keeps_out_and_what_it_does_not() {
    let about = |setting: &str, names: &[(&str, &str)]| {
        let mut values = vec![
            ("BASE_URL", "https://id.example.com"),
            ("TRUSTED_PROXIES", "10.0.0.0/8"),
            ("SIGN_UP", "closed"),
        ];
        values.extend(names);
        let findings = load(&values).unwrap().findings();
        assert!(findings.len() < 2, "{findings:?}");
        findings
            .into_iter()
            .find(|finding| finding.setting.contains(setting))
            .map(|finding| finding.to_string())
    };
    assert_eq!(about("cookie", &[]), None);
    // No other host can set what is named `__Host-`, and nothing else is kept from doing it.
    for name in ["app-auth", "__Secure-app-auth"] {
        let text = about("access_cookie", &[("ACCESS_COOKIE", name)]).unwrap();
        assert!(
            text.contains("`__Host-`") && text.contains("neighbour"),
            "{text}"
        );
        assert!(!text.contains("`__Secure-`"), "{text}");
    }
    // `__Secure-` keeps out whoever can answer over plain http, and no neighbour.
    let text = about("refresh_cookie", &[("REFRESH_COOKIE", "app-refresh")]).unwrap();
    assert!(
        text.contains("plain http") && text.contains("`__Secure-`"),
        "{text}"
    );
    assert!(!text.contains("neighbour"), "{text}");
    let secure = [("REFRESH_COOKIE", "__Secure-app-refresh")];
    assert_eq!(about("cookie", &secure), None);
}

#[test]
fn the_environment_wins_over_the_file_and_secrets_are_masked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latchkey.toml");
    std::fs::write(&file, "session_ttl = \"1d\"\nsign_up = \"closed\"\n").unwrap();
    let sources = Sources::defaults()
        .with_file(&file)
        .unwrap()
        .with_variables([
            ("LATCHKEY_SESSION_TTL".to_owned(), "2d".to_owned()),
            (
                "LATCHKEY_REDIS_URL".to_owned(),
                "redis://:hunter2@r".to_owned(),
            ),
            ("PATH".to_owned(), "/bin".to_owned()),
        ])
        .unwrap();
    let settings = Settings::load(&sources).unwrap();
    assert_eq!(settings.session_ttl, 2 * DAY);
    assert_eq!(settings.sign_up, SignUpMode::Closed);
    assert!(!format!("{:?}", settings.report).contains("hunter2"));

    std::fs::write(&file, "master_key = \"hunter2\" oops").unwrap();
    let error = Sources::defaults().with_file(&file).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn loopback_is_recognised_in_every_spelling() {
    for loopback in [
        "http://localhost:3000",
        "http://127.0.0.1",
        "http://[::1]:3000",
    ] {
        assert!(
            BaseUrl::parse(loopback).unwrap().is_loopback(),
            "{loopback}"
        );
    }
    for public in ["https://localhost.example.com", "https://10.0.0.1"] {
        assert!(!BaseUrl::parse(public).unwrap().is_loopback(), "{public}");
    }
}

#[test]
fn tokens_are_for_the_base_url_until_another_audience_is_set() {
    let settings = load(&[("BASE_URL", "https://id.example.com/")]).unwrap();
    let policy = settings.policy();
    assert_eq!(policy.token.issuer, "https://id.example.com");
    assert_eq!(policy.token.audience, "https://id.example.com");
    assert_eq!(policy.token.algorithm, Algorithm::EdDsa);
    assert_eq!(policy.token.lifetime, Duration::from_mins(15));
    assert_eq!(policy.family.idle, 7 * DAY);
    assert_eq!(policy.family.absolute, 30 * DAY);
    assert_eq!(policy.family.grace, Duration::from_secs(10));
    assert!(policy.family.lost_response);
    let settings = load(&[
        ("ACCESS_AUDIENCE", "https://api.example.com"),
        ("ACCESS_TTL", "5m"),
        ("ACCESS_ALGORITHM", "ES256"),
        ("REFRESH_GRACE", "0"),
        ("REFRESH_LOST_RESPONSE", "off"),
    ])
    .unwrap();
    let policy = settings.policy();
    assert_eq!(policy.token.issuer, "http://127.0.0.1:3000");
    assert_eq!(policy.token.audience, "https://api.example.com");
    assert_eq!(policy.token.algorithm, Algorithm::Es256);
    assert_eq!(policy.token.lifetime, Duration::from_mins(5));
    assert_eq!(policy.family.grace, Duration::ZERO);
    assert!(!policy.family.lost_response);
}

#[test]
fn what_is_unsafe_is_found_and_says_what_to_do() {
    for (setting, values) in [
        ("rate_limit", vec![("RATE_LIMIT", "off")]),
        ("max_staleness", vec![("MAX_STALENESS", "0")]),
        ("max_staleness", vec![("MAX_STALENESS", "30s")]),
        ("metrics_listen", vec![("METRICS_LISTEN", "0.0.0.0:9000")]),
        ("password_memory", vec![("PASSWORD_MEMORY", "1024")]),
    ] {
        let findings = load(&values).unwrap().findings();
        assert_eq!(findings.len(), 1, "{values:?}: {findings:?}");
        assert_eq!(findings[0].setting, setting);
        assert!(!findings[0].advice.is_empty() && !findings[0].problem.ends_with('.'));
    }
}

#[test]
fn every_setting_belongs_to_a_group_that_is_shown() {
    for definition in DEFINITIONS {
        assert!(
            Group::ALL.contains(&definition.group),
            "{}",
            definition.name
        );
    }
}
