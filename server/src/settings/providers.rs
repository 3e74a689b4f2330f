//! Providers of sign-in: Google by settings of its own, any other as `[[provider]]`.

use latchkey_identity::provider::{ProviderConfig, ProviderKind};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{
    SettingsError,
    value::{BaseUrl, Reader},
};

/// More than these are no choice for anybody.
const LIMIT: usize = 32;

/// Names of pages and calls that a provider's would hide.
const RESERVED: [&str; 1] = ["google"];

/// One `[[provider]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    name: Option<String>,
    #[serde(default)]
    kind: Kind,
    issuer: Option<String>,
    client_id: String,
    client_secret: Option<Zeroizing<String>>,
    scopes: Option<Vec<String>>,
    icon: Option<String>,
    #[serde(default)]
    trust_email: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    OpenId,
    GitHub,
}

/// Every provider that is configured, Google first.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<ProviderConfig>, SettingsError> {
    let mut providers: Vec<ProviderConfig> = google(reader)?.into_iter().collect();
    providers.extend(reader.optional("providers", others)?.unwrap_or_default());
    // An identity is an issuer and a subject: two providers of one issuer would be one.
    for (index, one) in providers.iter().enumerate() {
        if providers[..index]
            .iter()
            .any(|other| other.issuer == one.issuer)
        {
            return Err(SettingsError::Conflict(format!(
                "provider `{}` has the issuer of another one",
                one.id
            )));
        }
    }
    Ok(providers)
}

fn google(reader: &mut Reader<'_>) -> Result<Option<ProviderConfig>, SettingsError> {
    let issuer = reader.with("google_issuer", issuer)?;
    let hosted_domains = reader.list("google_hosted_domains", |text| {
        Ok::<_, String>(text.to_ascii_lowercase())
    })?;
    let client_id = reader.optional("google_client_id", |text| Ok(text.to_owned()))?;
    let client_secret = reader.secret("google_client_secret");
    match (client_id, client_secret) {
        (None, None) => Ok(None),
        (Some(client_id), Some(client_secret)) => Ok(Some(ProviderConfig {
            id: "google".to_owned(),
            name: "Google".to_owned(),
            kind: ProviderKind::Google,
            issuer,
            client_id,
            client_secret: Some(client_secret),
            scopes: words(&["openid", "email", "profile"]),
            trust_email: false,
            hosted_domains,
            icon: Some("google".to_owned()),
        })),
        _ => Err(SettingsError::Conflict(
            "settings `google_client_id` and `google_client_secret` belong together: set both or \
             none"
                .to_owned(),
        )),
    }
}

/// Reads the list; what is wrong with it is told without repeating any of it.
fn others(text: &str) -> Result<Vec<ProviderConfig>, String> {
    let written: Vec<Written> = serde_json::from_str(text).map_err(|error| {
        let where_ = format!("line {}, column {}", error.line(), error.column());
        format!(
            "expected a list of providers with `id`, `client_id` and, but for GitHub, `issuer` \
             ({where_}); known besides: `name`, `kind` (`openid` or `github`), `client_secret`, \
             `scopes`, `icon`, `trust_email`"
        )
    })?;
    if written.len() > LIMIT {
        return Err(format!("at most {LIMIT} providers"));
    }
    let mut providers: Vec<ProviderConfig> = Vec::new();
    for one in written {
        let provider = provider(one)?;
        if providers.iter().any(|known| known.id == provider.id) {
            return Err(format!("two providers have the id `{}`", provider.id));
        }
        providers.push(provider);
    }
    Ok(providers)
}

fn provider(written: Written) -> Result<ProviderConfig, String> {
    let id = written.id;
    let is_name = (1..=32).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_name {
        return Err("an id is at most 32 of `a`–`z`, `0`–`9` and `-`".to_owned());
    }
    if RESERVED.contains(&id.as_str()) {
        return Err(format!("the id `{id}` is for the settings `google_…`"));
    }
    let (kind, issuer, scopes) = match written.kind {
        Kind::OpenId => {
            let issuer = written
                .issuer
                .ok_or_else(|| format!("provider `{id}` has no `issuer`"))?;
            let scopes = words(&["openid", "email", "profile"]);
            (ProviderKind::OpenId, self::issuer(&issuer)?, scopes)
        }
        Kind::GitHub => {
            let issuer = written
                .issuer
                .unwrap_or_else(|| ProviderConfig::GITHUB.to_owned());
            let scopes = words(&["read:user", "user:email"]);
            (ProviderKind::GitHub, self::issuer(&issuer)?, scopes)
        }
    };
    Ok(ProviderConfig {
        name: written.name.unwrap_or_else(|| id.clone()),
        id,
        kind,
        issuer,
        client_id: written.client_id,
        client_secret: written.client_secret,
        scopes: written.scopes.unwrap_or(scopes),
        trust_email: written.trust_email,
        hosted_domains: Vec::new(),
        icon: written.icon,
    })
}

/// An issuer: https, or http on loopback; kept as it is written, since it is compared so.
pub(super) fn issuer(text: &str) -> Result<String, String> {
    let (scheme, rest) = text
        .split_once("://")
        .ok_or("an issuer is an address such as `https://accounts.example.com`")?;
    let host = rest.split_once('/').map_or(rest, |(host, _)| host);
    if text.contains(['?', '#', '@', ' ']) {
        return Err("an issuer has no query, fragment or user".to_owned());
    }
    // The same rule as for our own address.
    BaseUrl::parse(&format!("{scheme}://{host}"))
        .map_err(|_| "an issuer is https, or http on loopback".to_owned())?;
    Ok(text.to_owned())
}

/// An address that a provider may have sent a code to: https, loopback, or a program's own scheme
/// (RFC 8252 §7.1).
pub(super) fn redirect_uri(text: &str) -> Result<String, String> {
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let is_own = scheme.contains('.') && !rest.is_empty();
    if text.contains('#') || !(is_own || issuer(text).is_ok()) {
        return Err(format!(
            "`{text}` is not an address that a code could be sent to"
        ));
    }
    Ok(text.to_owned())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_read_and_what_is_wrong_is_told_without_secrets() {
        let read = others(
            r#"[{"id":"acme","name":"Acme","issuer":"https://id.acme.example/tenant","client_id":"c","client_secret":"s3cret"},
                {"id":"github","kind":"github","client_id":"c"}]"#,
        )
        .unwrap();
        assert_eq!(read[0].issuer, "https://id.acme.example/tenant");
        assert_eq!(read[0].scopes, ["openid", "email", "profile"]);
        assert_eq!(read[1].issuer, "https://github.com");
        for wrong in [
            "x",
            r#"[{"id":"acme","client_id":"c","client_secret":"s3cret"}]"#,
            r#"[{"id":"A","issuer":"https://a.example","client_id":"c","client_secret":"s3cret"}]"#,
            r#"[{"id":"google","issuer":"https://a.example","client_id":"s3cret"}]"#,
            r#"[{"id":"a","issuer":"http://a.example","client_id":"s3cret"}]"#,
            r#"[{"id":"a","issuer":"https://a.example?x","client_id":"s3cret"}]"#,
            r#"[{"id":"a","issuer":"https://a.example","client_id":"c","secret":"s3cret"}]"#,
            r#"[{"id":"a","issuer":"https://a.example","client_id":"c"},{"id":"a","issuer":"https://b.example","client_id":"s3cret"}]"#,
        ] {
            let problem = others(wrong).unwrap_err();
            assert!(!problem.contains("s3cret"), "{problem}");
        }
    }

    #[test]
    fn issuers_are_https_or_on_loopback() {
        for good in [
            "https://accounts.google.com",
            "https://id.example/realms/one/",
            "http://127.0.0.1:4000",
            "http://localhost:4000/a",
        ] {
            assert_eq!(issuer(good).unwrap(), good);
        }
        for wrong in [
            "accounts.google.com",
            "http://id.example",
            "https://",
            "https://a@b.example",
        ] {
            assert!(issuer(wrong).is_err(), "{wrong}");
        }
    }
}
