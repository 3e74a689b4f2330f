//! The way to a provider, and a code's way back into who somebody is.

use std::{fmt, pin::Pin};

use http::StatusCode;
use latchkey_authority::Authority;
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenResponse as _, TokenUrl,
    basic::{
        BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
        BasicTokenIntrospectionResponse, BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Assertion, Outgoing, OutgoingError, Provider, ProviderConfig, ProviderError, ProviderKind,
    discovery::Metadata,
    github,
    id_token::{Against, IdToken},
};

/// What the token endpoint answers beside an access token.
#[derive(Clone, Serialize, Deserialize)]
struct Beside {
    id_token: Option<String>,
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beside").finish_non_exhaustive()
    }
}

impl ExtraTokenFields for Beside {}

type Answer = StandardTokenResponse<Beside, BasicTokenType>;

type Client = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// What the provider shall ask the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// What it likes.
    Nothing,
    /// Which account they mean.
    Which,
    /// Who they are, though it knows them.
    Again,
}

/// What a code is exchanged with. Never printed.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) code: &'a str,
    pub(super) verifier: &'a str,
    pub(super) redirect_uri: &'a str,
    /// The nonce that the ID token must have; `None` where PKCE alone ties it to the caller.
    pub(super) nonce: Option<&'a str>,
}

/// Where a provider is asked, and how.
pub(super) struct Endpoints<'a> {
    pub(super) authorize: &'a str,
    pub(super) token: &'a str,
    pub(super) secret_in_body: bool,
}

impl<'a> From<&'a Metadata> for Endpoints<'a> {
    fn from(metadata: &'a Metadata) -> Self {
        Self {
            authorize: &metadata.authorization_endpoint,
            token: &metadata.token_endpoint,
            secret_in_body: metadata.secret_in_body,
        }
    }
}

fn client(
    config: &ProviderConfig,
    endpoints: &Endpoints<'_>,
    redirect_uri: &str,
) -> Result<Client, ProviderError> {
    let refused = |_| ProviderError::Refused("address");
    let mut client = oauth2::Client::new(ClientId::new(config.client_id.clone()))
        .set_auth_uri(AuthUrl::new(endpoints.authorize.to_owned()).map_err(refused)?)
        .set_token_uri(TokenUrl::new(endpoints.token.to_owned()).map_err(refused)?)
        .set_redirect_uri(RedirectUrl::new(redirect_uri.to_owned()).map_err(refused)?);
    if let Some(secret) = &config.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.to_string()));
    }
    if endpoints.secret_in_body || config.client_secret.is_none() {
        client = client.set_auth_type(AuthType::RequestBody);
    }
    Ok(client)
}

/// The address that somebody is led to.
pub(super) fn authorize_url(
    config: &ProviderConfig,
    endpoints: &Endpoints<'_>,
    redirect_uri: &str,
    (state, verifier, nonce): (String, &str, &str),
    ask: Ask,
) -> Result<String, ProviderError> {
    let verifier = PkceCodeVerifier::new(verifier.to_owned());
    let client = client(config, endpoints, redirect_uri)?;
    let mut request = client
        .authorize_url(|| CsrfToken::new(state))
        .add_scopes(config.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    if config.kind != ProviderKind::GitHub {
        request = request.add_extra_param("nonce", nonce);
    }
    match config.kind {
        ProviderKind::Google => {
            // Google asks for no password again on anybody's word; choosing is what it offers.
            request = request.add_extra_param("prompt", "select_account");
            if let [domain] = &config.hosted_domains[..] {
                request = request.add_extra_param("hd", domain.clone());
            }
        }
        ProviderKind::OpenId | ProviderKind::GitHub => match ask {
            Ask::Nothing => {}
            Ask::Again if config.kind == ProviderKind::OpenId => {
                request = request
                    .add_extra_param("prompt", "login")
                    .add_extra_param("max_age", "0");
            }
            Ask::Again | Ask::Which => {
                request = request.add_extra_param("prompt", "select_account");
            }
        },
    }
    Ok(request.url().0.to_string())
}

/// Exchanges a code, and learns who that is.
pub(super) async fn exchange(
    authority: &Authority,
    outgoing: &Outgoing,
    provider: &Provider,
    with: Exchange<'_>,
) -> Result<Assertion, ProviderError> {
    let config = provider.config();
    if config.kind == ProviderKind::GitHub {
        let answer = token(outgoing, config, &github::endpoints(config).as_ref(), with).await?;
        return github::assertion(outgoing, config, answer.access_token().secret()).await;
    }
    let metadata = provider.metadata(authority, outgoing).await?;
    let answer = token(outgoing, config, &Endpoints::from(&*metadata), with).await?;
    let text = answer
        .extra_fields()
        .id_token
        .as_deref()
        .ok_or(ProviderError::Refused("id_token_missing"))?;
    let against = Against {
        authority,
        outgoing,
        config,
        discovery: provider.discovery(),
    };
    let access_token = answer.access_token().secret();
    let id_token = against.verify(&metadata, text).await?;
    if let Some(nonce) = with.nonce {
        id_token.expect_nonce(nonce)?;
    }
    id_token.expect_access_token(access_token)?;
    complete(outgoing, config, &metadata, &id_token, access_token).await
}

/// An ID token that a program was given, with a nonce of ours.
pub(super) async fn id_token(
    authority: &Authority,
    outgoing: &Outgoing,
    provider: &Provider,
    text: &str,
) -> Result<(Assertion, String), ProviderError> {
    let metadata = provider.metadata(authority, outgoing).await?;
    let against = Against {
        authority,
        outgoing,
        config: provider.config(),
        discovery: provider.discovery(),
    };
    let id_token = against.verify(&metadata, text).await?;
    let nonce = id_token
        .text("nonce")
        .ok_or(ProviderError::Refused("id_token_nonce"))?
        .to_owned();
    Ok((id_token.assertion(provider.config(), None), nonce))
}

/// Asks for the address where the ID token has none, as the standard leaves it to providers
/// (OpenID Connect Core §5.4). What is answered must be of the same person (§5.3.2).
async fn complete(
    outgoing: &Outgoing,
    config: &ProviderConfig,
    metadata: &Metadata,
    id_token: &IdToken,
    access_token: &str,
) -> Result<Assertion, ProviderError> {
    let asked = match &metadata.userinfo_endpoint {
        Some(address) if id_token.text("email").is_none() => {
            Some(outgoing.get_json(address, Some(access_token)).await?)
        }
        _ => None,
    };
    let more = match &asked {
        None => None,
        Some(Value::Object(more)) => {
            if more.get("sub").and_then(Value::as_str) != id_token.text("sub") {
                return Err(ProviderError::Refused("userinfo_subject"));
            }
            Some(more)
        }
        Some(_) => return Err(ProviderError::Refused("userinfo")),
    };
    Ok(id_token.assertion(config, more))
}

async fn token(
    outgoing: &Outgoing,
    config: &ProviderConfig,
    endpoints: &Endpoints<'_>,
    with: Exchange<'_>,
) -> Result<Answer, ProviderError> {
    client(config, endpoints, with.redirect_uri)?
        .exchange_code(AuthorizationCode::new(with.code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(with.verifier.to_owned()))
        .request_async(outgoing)
        .await
        .map_err(|error| match error {
            RequestTokenError::Request(error) => error.into(),
            // The provider's words are for its log; the code of the error is a word of the standard.
            RequestTokenError::ServerResponse(answer) => {
                let error = match answer.error() {
                    BasicErrorResponseType::Extension(_) => "another",
                    known => known.as_ref(),
                };
                tracing::warn!(provider = config.id, error, "the provider refuses the code");
                ProviderError::Refused("code")
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                ProviderError::Refused("token_response")
            }
        })
}

/// The client as the library takes one.
impl<'c> AsyncHttpClient<'c> for Outgoing {
    type Error = OutgoingError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutgoingError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.send(request).await?;
            if response.status().is_server_error()
                || response.status() == StatusCode::TOO_MANY_REQUESTS
            {
                return Err(OutgoingError::Down("status 5xx"));
            }
            Ok(response)
        })
    }
}
