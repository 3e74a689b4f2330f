//! What a client is given: an access token and a refresh token, made inside the transaction that
//! made the generation.

use std::fmt;

use latchkey_types::{FamilyId, RefreshOutcome, Transport, UnixMillis, UserId, Word};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use zeroize::Zeroizing;

use super::{
    side::Side,
    token::{Nonce, RefreshToken},
};
use crate::{
    AuthorityTx,
    access_token::{self, AccessToken, Grant},
    entity::{families, rotations},
    error::StoreError,
};

/// A pair of tokens, and what belongs to it.
pub struct Issued {
    /// The family.
    pub family_id: FamilyId,
    /// Whose it is.
    pub user_id: UserId,
    /// The generation of both tokens.
    pub generation: i64,
    /// How the pair travels.
    pub transport: Transport,
    /// The client, where the family belongs to one.
    pub client_id: Option<String>,
    /// The refresh token. Shown once; the database cannot make it.
    pub refresh_token: Zeroizing<String>,
    /// When it expires if nobody presents it.
    pub refresh_expires_at: UnixMillis,
    /// The access token.
    pub access_token: AccessToken,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("family_id", &self.family_id)
            .field("user_id", &self.user_id)
            .field("generation", &self.generation)
            .field("transport", &self.transport)
            .field("client_id", &self.client_id)
            .field("refresh_expires_at", &self.refresh_expires_at)
            .finish_non_exhaustive()
    }
}

/// Which token was presented to make a rotation.
#[derive(Clone, Copy)]
pub(super) struct From {
    pub(super) generation: i64,
    pub(super) nonce: Nonce,
}

/// Records one generation of a family: the row by which its token is judged from now on.
pub(super) async fn record_rotation(
    tx: &AuthorityTx,
    family_id: FamilyId,
    generation: i64,
    from: Option<From>,
    outcome: RefreshOutcome,
    lost_responses: i64,
    side: &Side,
) -> Result<rotations::Model, StoreError> {
    let authority = tx.authority();
    let row = rotations::Model {
        family_id: family_id.as_uuid(),
        generation,
        from_generation: from.map(|from| from.generation),
        from_nonce: from.map(|from| from.nonce.to_vec()),
        nonce: authority.random().bytes::<16>().to_vec(),
        key_id: authority.keys().current_id().to_owned(),
        outcome: outcome.as_str().to_owned(),
        at: tx.now().0,
        address: side.address.clone(),
        network: side.network.clone(),
        user_agent: side.user_agent.clone(),
        browser: side.browser.clone(),
        system: side.system.clone(),
        device: side.device.clone(),
        retries: 0,
        retried_at: None,
        lost_responses,
        superseded: false,
        received_at: None,
        received_network: None,
        received_user_agent: None,
        received_browser: None,
        received_system: None,
    };
    rotations::Entity::insert(row.clone().into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(row)
}

/// The pair of a family's current generation, with a fresh access token.
pub(super) async fn pair(
    tx: &AuthorityTx,
    family: &families::Model,
    rotation: &rotations::Model,
) -> Result<Issued, StoreError> {
    let authority = tx.authority();
    let inconsistent = |column| StoreError::Inconsistent {
        table: "rotations",
        column,
    };
    let token = RefreshToken {
        family_id: FamilyId::from_uuid(family.family_id),
        generation: u32::try_from(rotation.generation).map_err(|_| inconsistent("generation"))?,
        nonce: rotation.nonce[..]
            .try_into()
            .map_err(|_| inconsistent("nonce"))?,
    };
    let user_id = UserId::from_uuid(family.user_id);
    // Never past the end of its family, the sliding one included (invariant 8).
    let ends_at = UnixMillis(family.ends_at.min(family.expires_at));
    let grant = Grant {
        user_id,
        family_id: token.family_id,
        generation: rotation.generation,
        client_id: family.client_id.as_deref(),
        ends_at,
    };
    let access_token = access_token::mint_within(tx, &grant).await?;
    Ok(Issued {
        family_id: token.family_id,
        user_id,
        generation: rotation.generation,
        transport: transport(&family.transport)?,
        client_id: family.client_id.clone(),
        refresh_token: token.seal(authority.keys(), &rotation.key_id),
        refresh_expires_at: UnixMillis(family.expires_at),
        access_token,
    })
}

pub(super) fn transport(text: &str) -> Result<Transport, StoreError> {
    Transport::parse(text).map_err(|_| StoreError::Inconsistent {
        table: "families",
        column: "transport",
    })
}
