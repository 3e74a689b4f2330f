//! What `latchkey doctor` says of providers: whether each answers, and what to register there.

use anyhow::Context as _;
use latchkey_authority::Authority;
use latchkey_identity::provider::{
    OutgoingError, OutgoingLimits, Provider, ProviderKind, Providers,
};

use crate::{
    api::security_events,
    settings::{BaseUrl, Settings},
    state,
};

/// Asks every provider what it publishes. Gives a warning for each that does not answer as a
/// sign-in would need it.
pub(super) async fn look(
    settings: &Settings,
    authority: &Authority,
) -> anyhow::Result<Vec<String>> {
    let providers = Providers::new(settings.providers.clone(), OutgoingLimits::default())
        .context("a client for calls to providers")?;
    let mut warnings = Vec::new();
    for provider in providers.iter() {
        let asked = providers.inspect(authority, provider).await;
        say(provider, &settings.base_url, asked.is_ok());
        if let Err(error) = asked {
            warnings.push(complaint(provider, &error));
        }
        if provider.config().kind == ProviderKind::Google {
            warnings.extend(look_at_security_events(settings, authority, &providers).await?);
        }
    }
    Ok(warnings)
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
fn say(provider: &Provider, base_url: &BaseUrl, answers: bool) {
    let config = provider.config();
    let state = match (answers, config.kind) {
        (true, ProviderKind::GitHub) => "nothing to ask before somebody signs in",
        (true, _) => "answers as it should",
        (false, _) => "does not answer as it should: see the warnings",
    };
    println!(
        "\nprovider {}: {} ({}) {state}",
        config.id, config.name, config.issuer
    );
    println!(
        "  redirect URI to register there: {base_url}/auth/{}/callback",
        config.id
    );
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
async fn look_at_security_events(
    settings: &Settings,
    authority: &Authority,
    providers: &Providers,
) -> anyhow::Result<Option<String>> {
    let Some(transmitter) = state::security_events(settings, providers) else {
        return Ok(None);
    };
    let base_url = &settings.base_url;
    println!(
        "  receiver of its security events: {base_url}{}",
        security_events::PATH
    );
    if base_url.is_secure() {
        println!("  (to be registered once: `latchkey google risc register`)");
    } else {
        println!("  (Google pushes to https alone: not to this base_url)");
    }
    let outgoing = providers.outgoing().context("a client for calls")?;
    Ok(transmitter
        .inspect(authority, outgoing)
        .await
        .err()
        .map(|error| {
            format!(
                "the keys of Google's security events cannot be read from {}: {error}",
                settings.google_risc_configuration
            )
        }))
}

fn complaint(provider: &Provider, error: &OutgoingError) -> String {
    let config = provider.config();
    let advice = match error {
        OutgoingError::Down(_) | OutgoingError::Paused => {
            "look whether this machine may connect there, resolves its name, and trusts its \
             certificate"
        }
        OutgoingError::Refused(_) => {
            "look whether `issuer` is exactly what the provider calls itself (`issuer` in \
             /.well-known/openid-configuration under it), the slash at the end included"
        }
    };
    format!(
        "nobody can sign in with provider `{}` ({}): {error}. What to do: {advice}",
        config.id, config.issuer
    )
}
