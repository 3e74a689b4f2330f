//! Coming back from a provider: what the answer is good for, and whose account that is.
//!
//! What is done with an address that the provider gives and that an account here has:
//!
//! | the provider | the account's address | |
//! | --- | --- | --- |
//! | does not say that it is proved, or is not asked about addresses | | the address is not looked at |
//! | is authoritative for it | proved | the account is joined, if it is a plain user's and has no identity of this issuer |
//! | is authoritative for it | not proved | the account loses it; the person gets a new account with it |
//! | otherwise | proved | refused: the person signs in to that account and connects there |
//! | otherwise | not proved | the person gets a new account without it |
//!
//! Google is authoritative for addresses that it hosts; any other provider by its setting
//! `trust_email`, and only then are its addresses looked at.

use latchkey_authority::{
    AuthorityTx, Lock, Proved, StoreError,
    audit::AuditEvent,
    caller::Caller,
    family::Issued,
    principal::Principal,
    signal::{Signal, Signals},
};
use latchkey_types::{EventKind, IdentityId, SignInMethod, Transport, UnixMillis, UserId};
use serde_json::json;

use super::{
    Assertion, Provider, ProviderError, ProviderKind, Providers, Purposed, connections,
    exchange::{self, Exchange},
    link, nonce, refusal,
    state::State,
    whose::{self, Whose},
};
use crate::{
    Identity, SignedIn,
    new_account::{NewAccount, NewAccountError},
    opening::{Opened, Opening},
};

/// Somebody changes what was read beside us at most so often before we give up.
const ATTEMPTS: usize = 5;

/// What a browser brings back from a provider.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// What went there.
    pub state: Option<&'a str>,
    /// The code, if the person said yes.
    pub code: Option<&'a str>,
    /// The error, if not (RFC 6749 §4.1.2.1).
    pub error: Option<&'a str>,
    /// Who says so (RFC 9207).
    pub issuer: Option<&'a str>,
    /// What the answer must be tied to.
    pub browser: &'a [u8],
    /// Where it came to.
    pub redirect_uri: &'a str,
    /// Who is signed in with this browser.
    pub principal: Option<&'a Principal>,
    /// Whether somebody who has no account may get one.
    pub sign_up: bool,
    /// Where it comes from.
    pub caller: &'a Caller,
}

impl std::fmt::Debug for Arrival<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arrival").finish_non_exhaustive()
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Arrived {
    /// Somebody is signed in.
    SignedIn {
        /// Their session, without a cookie yet.
        signed_in: SignedIn,
        /// Where they wanted to go.
        next: Option<String>,
    },
    /// The identity is connected to who began this.
    Linked,
}

/// What a program brings from a provider.
#[derive(Clone, Copy)]
pub enum Grant<'a> {
    /// A code that its front end was given, with what RFC 7636 asks for.
    Code {
        /// The code.
        code: &'a str,
        /// The verifier.
        verifier: &'a str,
        /// Where it was sent: the caller has looked whether that is allowed.
        redirect_uri: &'a str,
    },
    /// An ID token with a nonce of ours.
    IdToken(&'a str),
}

impl std::fmt::Debug for Grant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Code { .. } => "Code(…)",
            Self::IdToken(_) => "IdToken(…)",
        })
    }
}

/// Takes in what a browser brings back from a provider.
///
/// # Errors
/// See [`ProviderError`]. Each leaves one event on the record and nothing else.
pub async fn arrive(
    identity: &Identity,
    providers: &Providers,
    provider: &Provider,
    arrival: Arrival<'_>,
) -> Result<Arrived, ProviderError> {
    let mut seen = None;
    let result = take_in(identity, providers, provider, arrival, &mut seen).await;
    if let Err(error) = &result {
        refusal::on_record(identity, provider, error, seen.as_ref(), arrival.caller).await?;
    }
    result
}

/// Signs a program in for whom a provider knows: opens a refresh family.
///
/// # Errors
/// See [`ProviderError`]. Each leaves one event on the record and nothing else.
pub async fn enter_for_family(
    identity: &Identity,
    providers: &Providers,
    provider: &Provider,
    grant: Grant<'_>,
    (transport, sign_up): (Transport, bool),
    caller: &Caller,
) -> Result<Issued, ProviderError> {
    let mut seen = None;
    let result = async {
        let assertion = seen.insert(granted(identity, providers, provider, grant).await?);
        let opening = Opening::Family { transport };
        let may = (sign_up, false);
        let opened = enter(identity, provider, assertion, opening, may, caller).await?;
        Ok(opened.family()?)
    }
    .await;
    if let Err(error) = &result {
        refusal::on_record(identity, provider, error, seen.as_ref(), caller).await?;
    }
    result
}

async fn granted(
    identity: &Identity,
    providers: &Providers,
    provider: &Provider,
    grant: Grant<'_>,
) -> Result<Assertion, ProviderError> {
    let authority = identity.authority();
    let outgoing = providers.outgoing()?;
    match grant {
        Grant::Code {
            code,
            verifier,
            redirect_uri,
        } => {
            let with = Exchange {
                code,
                verifier,
                redirect_uri,
                // The front end drew one, if any: the verifier ties the code to it.
                nonce: None,
            };
            exchange::exchange(authority, outgoing, provider, with).await
        }
        Grant::IdToken(text) => {
            let (assertion, given) =
                exchange::id_token(authority, outgoing, provider, text).await?;
            nonce::take(authority, &provider.config().id, &given).await?;
            Ok(assertion)
        }
    }
}

async fn take_in(
    identity: &Identity,
    providers: &Providers,
    provider: &Provider,
    arrival: Arrival<'_>,
    seen: &mut Option<Assertion>,
) -> Result<Arrived, ProviderError> {
    let authority = identity.authority();
    let config = provider.config();
    let text = arrival.state.ok_or(ProviderError::OtherBrowser)?;
    let state = State::open(authority, &config.id, arrival.browser, text)?;
    state.spend(authority, text).await?;
    expect_issuer(identity, providers, provider, arrival.issuer).await?;
    if let Some(error) = arrival.error {
        return Err(match error {
            "server_error" | "temporarily_unavailable" => ProviderError::Down,
            "access_denied"
            | "interaction_required"
            | "login_required"
            | "consent_required"
            | "account_selection_required" => ProviderError::ConsentDenied,
            _ => ProviderError::Refused("error_response"),
        });
    }
    let with = Exchange {
        code: arrival.code.ok_or(ProviderError::Refused("code_missing"))?,
        verifier: &state.verifier,
        redirect_uri: arrival.redirect_uri,
        nonce: Some(&state.nonce),
    };
    if let Purposed::Link(session_id) = state.purpose {
        // Before the code is spent: whoever is signed in now must be who began.
        let principal = arrival
            .principal
            .filter(|principal| principal.session_id() == Some(session_id))
            .ok_or(ProviderError::OtherBrowser)?;
        let assertion = seen
            .insert(exchange::exchange(authority, providers.outgoing()?, provider, with).await?);
        link::link(identity, provider, assertion, principal, arrival.caller).await?;
        return Ok(Arrived::Linked);
    }
    let assertion =
        seen.insert(exchange::exchange(authority, providers.outgoing()?, provider, with).await?);
    if state.fresh {
        state.expect_proof(config, assertion)?;
    }
    let opening = Opening::Session {
        replaces: arrival.principal.and_then(Principal::session_id),
    };
    let opened = enter(
        identity,
        provider,
        assertion,
        opening,
        (arrival.sign_up, state.fresh),
        arrival.caller,
    )
    .await?;
    Ok(Arrived::SignedIn {
        signed_in: opened.session()?,
        next: state.next,
    })
}

/// RFC 9207 §2.4: an answer that names its issuer names the right one, and one whose provider
/// promises to name it does.
async fn expect_issuer(
    identity: &Identity,
    providers: &Providers,
    provider: &Provider,
    issuer: Option<&str>,
) -> Result<(), ProviderError> {
    let config = provider.config();
    let is_named = match issuer {
        // GitHub says that one of its addresses is its issuer.
        Some(issuer) if config.kind == ProviderKind::GitHub => {
            issuer == format!("{}/login/oauth", config.issuer.trim_end_matches('/'))
        }
        Some(issuer) => issuer == config.issuer,
        None if config.kind == ProviderKind::GitHub => true,
        None => {
            let metadata = provider
                .metadata(identity.authority(), providers.outgoing()?)
                .await?;
            !metadata.names_issuer
        }
    };
    if is_named {
        Ok(())
    } else {
        Err(ProviderError::Refused("response_issuer"))
    }
}

/// Opens what was asked for, for whomever the assertion is of.
async fn enter(
    identity: &Identity,
    provider: &Provider,
    assertion: &Assertion,
    opening: Opening,
    (sign_up, fresh): (bool, bool),
    caller: &Caller,
) -> Result<Opened, ProviderError> {
    if !assertion.is_of_allowed_domain(provider.config()) {
        return Err(ProviderError::DomainNotAllowed);
    }
    // Whose account it is is looked up before anything is locked, and again when it is.
    for _ in 0..ATTEMPTS {
        let attempt = Attempt {
            identity,
            fresh,
            provider,
            assertion,
            opening,
            sign_up,
            caller,
        };
        if let Some(opened) = attempt.make().await? {
            return Ok(opened);
        }
    }
    Err(ProviderError::store(StoreError::Inconsistent {
        table: "identities",
        column: "subject",
    }))
}

#[derive(Clone, Copy)]
struct Attempt<'a> {
    identity: &'a Identity,
    /// Whether the person was asked once more who they are.
    fresh: bool,
    provider: &'a Provider,
    assertion: &'a Assertion,
    opening: Opening,
    sign_up: bool,
    caller: &'a Caller,
}

impl Attempt<'_> {
    /// `None` where somebody changed meanwhile what was read.
    async fn make(self) -> Result<Option<Opened>, ProviderError> {
        let authority = self.identity.authority();
        let config = self.provider.config();
        let whose = whose::look_up(authority.database(), config, self.assertion).await?;
        let prepared = self.opening.prepare(authority).await?;
        let mut tx = AuthorityTx::begin(authority).await?;
        let mut locks: Vec<_> = whose.lock().into_iter().collect();
        locks.extend(prepared.lock());
        tx.lock_users(&locks).await?;
        if whose::look_up(tx.connection(), config, self.assertion).await? != whose {
            return Ok(None);
        }
        if whose::is_blocked(&tx, self.assertion).await? {
            return Err(ProviderError::IdentityBlocked);
        }

        let mut events = Vec::new();
        let mut signals = Vec::new();
        let found = match whose {
            Whose::Known {
                identity_id,
                user_id,
            } => {
                link::used(&tx, config, identity_id, self.assertion).await?;
                Some((user_id, identity_id))
            }
            Whose::Joins(user_id) => {
                signals.push(Signal::UserChanged { user_id });
                self.linked(&tx, user_id, &mut events).await?
            }
            Whose::AddressInUse => return Err(ProviderError::AddressInUse),
            Whose::Nobody { .. } if !self.sign_up => return Err(ProviderError::SignUpClosed),
            Whose::Nobody {
                loses,
                takes_address,
            } => {
                if let Some(loser) = loses {
                    whose::release_address(&tx, loser).await?;
                    events.push(
                        AuditEvent::success(EventKind::EmailReleased, self.caller).subject(loser),
                    );
                    signals.push(Signal::UserChanged { user_id: loser });
                }
                match self.new_user(&mut tx, takes_address).await? {
                    None => return Ok(None),
                    Some(user_id) => self.linked(&tx, user_id, &mut events).await?,
                }
            }
        };
        // Somebody connected it in the same moment.
        let Some((user_id, identity_id)) = found else {
            return Ok(None);
        };
        let what = match whose {
            Whose::Nobody { .. } => EventKind::SignUp,
            _ => EventKind::SignIn,
        };
        let proved = Proved {
            method: SignInMethod::Provider,
            identity_id: Some(identity_id),
            at: Some(self.proved_at(&tx, user_id, whose).await?),
        };
        let (opened, opened_events, opened_signals) = prepared
            .open(&tx, user_id, (what, proved), self.caller)
            .await
            .map_err(|error| match ProviderError::from(error) {
                ProviderError::SignedOut => ProviderError::AccountDisabled,
                other => other,
            })?;
        let named = |event: AuditEvent| event.fact("provider", json!(config.id));
        let mut opened_events = opened_events.into_iter();
        let first = opened_events.next().map(named);
        events.extend(first.into_iter().chain(opened_events));
        signals.extend_from_slice(opened_signals.as_slice());
        tx.commit(events, Signals::These(signals)).await?;
        Ok(Some(opened))
    }

    /// When the person proved who they are: as the provider says. One that says nothing may have
    /// let them through unasked, hours after they were; then a new account counts as proved, and one
    /// without a password where the person was asked to choose once more. For any other it counts as
    /// never, and what asks for a recent proof asks for the password.
    async fn proved_at(
        self,
        tx: &AuthorityTx,
        user_id: UserId,
        whose: Whose,
    ) -> Result<UnixMillis, StoreError> {
        if let Some(at) = self.assertion.proved_at {
            return Ok(at);
        }
        let counts = match whose {
            Whose::Nobody { .. } => true,
            _ => self.fresh && !connections::password(tx.connection(), user_id).await?,
        };
        Ok(if counts { tx.now() } else { UnixMillis(0) })
    }

    /// Connects the identity; `None` if it is connected by now.
    async fn linked(
        self,
        tx: &AuthorityTx,
        user_id: UserId,
        events: &mut Vec<AuditEvent>,
    ) -> Result<Option<(UserId, IdentityId)>, ProviderError> {
        let config = self.provider.config();
        let Some(identity_id) = link::insert(tx, config, user_id, self.assertion, true).await?
        else {
            return Ok(None);
        };
        events.push(
            AuditEvent::success(EventKind::IdentityLinked, self.caller)
                .actor(user_id)
                .subject(user_id)
                .fact("provider", json!(config.id)),
        );
        Ok(Some((user_id, identity_id)))
    }

    /// Makes the user; `None` if a name that was free is taken by now.
    async fn new_user(
        self,
        tx: &mut AuthorityTx,
        takes_address: bool,
    ) -> Result<Option<UserId>, ProviderError> {
        let username = whose::free_username(tx, self.assertion).await?;
        let email = self.assertion.email.clone().filter(|_| takes_address);
        let is_proved = self.assertion.is_authoritative(self.provider.config());
        let account = NewAccount::without_password(username, email);
        match account
            .write(tx, None, latchkey_types::Role::User, is_proved)
            .await
        {
            Ok(user_id) => Ok(Some(user_id)),
            Err(NewAccountError::Internal(error)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}

impl Whose {
    /// The lock that it needs.
    fn lock(&self) -> Option<(UserId, Lock)> {
        match self {
            Self::Known { user_id, .. } => Some((*user_id, Lock::Shared)),
            // Two of one issuer must not both join.
            Self::Joins(user_id) => Some((*user_id, Lock::Exclusive)),
            Self::Nobody { loses, .. } => loses.map(|user_id| (user_id, Lock::Exclusive)),
            Self::AddressInUse => None,
        }
    }
}
