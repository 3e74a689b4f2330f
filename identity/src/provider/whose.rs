//! Whose account a provider's word leads to.

use latchkey_authority::{AuthorityTx, Lock, StoreError};
use latchkey_types::{IdentityId, Role, UserId, Word as _};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter,
    sea_query::Expr,
};

use super::{Assertion, ProviderConfig};
use crate::{
    entity::{accounts, identities, users},
    identity_block,
    name::Username,
};

/// What an assertion leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The identity is connected.
    Known {
        identity_id: IdentityId,
        user_id: UserId,
    },
    /// Its address is an account's, and both are proved.
    Joins(UserId),
    /// Its address is an account's, and who it is must be shown there.
    AddressInUse,
    /// A new account.
    Nobody {
        /// Who has the address without having proved it, and loses it.
        loses: Option<UserId>,
        /// Whether the new account gets the address.
        takes_address: bool,
    },
}

/// Looks up whose it is.
pub(super) async fn look_up(
    connection: &impl ConnectionTrait,
    config: &ProviderConfig,
    assertion: &Assertion,
) -> Result<Whose, StoreError> {
    if let Some(known) = find(connection, assertion).await? {
        return Ok(Whose::Known {
            identity_id: IdentityId::from_uuid(known.identity_id),
            user_id: UserId::from_uuid(known.user_id),
        });
    }
    // An address that the provider does not vouch for, or whose word about it counts for nothing
    // here, is not looked at: whoever may claim any would learn who has an account.
    let email = assertion
        .email
        .as_ref()
        .filter(|_| assertion.email_verified && config.knows_addresses());
    let is_authoritative = assertion.is_authoritative(config);
    let Some(email) = email else {
        return Ok(Whose::Nobody {
            loses: None,
            takes_address: false,
        });
    };
    let account = accounts::Entity::find()
        .filter(accounts::Column::EmailKey.eq(email.key()))
        .one(connection)
        .await?;
    let Some(account) = account else {
        return Ok(Whose::Nobody {
            loses: None,
            takes_address: is_authoritative,
        });
    };
    let user_id = UserId::from_uuid(account.user_id);
    Ok(
        match (is_authoritative, account.email_verified_at.is_some()) {
            (true, true) if may_join(connection, user_id, assertion).await? => {
                Whose::Joins(user_id)
            }
            (_, true) => Whose::AddressInUse,
            (true, false) => Whose::Nobody {
                loses: Some(user_id),
                takes_address: true,
            },
            (false, false) => Whose::Nobody {
                loses: None,
                takes_address: false,
            },
        },
    )
}

/// Whether an account may be joined by its address at all.
///
/// Not where the account has an identity of this issuer already: another subject is another person,
/// to whom the address was given since. And not where it may do more than use itself: whoever can
/// prove such an account connects from inside.
async fn may_join(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    assertion: &Assertion,
) -> Result<bool, StoreError> {
    let others = identities::Entity::find()
        .filter(identities::Column::UserId.eq(user_id.as_uuid()))
        .filter(identities::Column::Issuer.eq(&assertion.issuer))
        .count(connection)
        .await?;
    let user = users::Entity::find_by_id(user_id.as_uuid())
        .one(connection)
        .await?;
    Ok(others == 0 && user.is_some_and(|user| user.role == Role::User.as_str()))
}

/// The connection of an identity.
pub(super) async fn find(
    connection: &impl ConnectionTrait,
    assertion: &Assertion,
) -> Result<Option<identities::Model>, StoreError> {
    Ok(identities::Entity::find()
        .filter(identities::Column::Issuer.eq(&assertion.issuer))
        .filter(identities::Column::Subject.eq(&assertion.subject))
        .one(connection)
        .await?)
}

/// Who has connected it.
pub(super) async fn owner(
    connection: &impl ConnectionTrait,
    assertion: &Assertion,
) -> Result<Option<UserId>, StoreError> {
    Ok(find(connection, assertion)
        .await?
        .map(|known| UserId::from_uuid(known.user_id)))
}

/// Whether the provider has said that this account of theirs is not to be trusted. It will not
/// come to be until the transaction is through.
pub(super) async fn is_blocked(
    tx: &AuthorityTx,
    assertion: &Assertion,
) -> Result<bool, StoreError> {
    let (issuer, subject) = (&assertion.issuer, &assertion.subject);
    identity_block::lock(tx, issuer, subject, Lock::Shared).await?;
    identity_block::is_there(tx, issuer, subject).await
}

/// Takes an address that nobody proved from its account, whose user's row is locked.
pub(super) async fn release_address(tx: &AuthorityTx, user_id: UserId) -> Result<(), StoreError> {
    let nothing = || Expr::value(None::<String>);
    accounts::Entity::update_many()
        .col_expr(accounts::Column::Email, nothing())
        .col_expr(accounts::Column::EmailKey, nothing())
        .filter(accounts::Column::UserId.eq(user_id.as_uuid()))
        .filter(accounts::Column::EmailVerifiedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// What somebody is called whose provider calls them nothing.
const FALLBACK: &str = "user";

/// Names that others take for those who run the place: nobody is given one for what stands before
/// the `@` of an address elsewhere.
const RESERVED: [&str; 14] = [
    "abuse",
    "admin",
    "administrator",
    "help",
    "hostmaster",
    "info",
    "latchkey",
    "noreply",
    "postmaster",
    "root",
    "security",
    "support",
    "system",
    "webmaster",
];

/// A username made of what the provider calls the person, with digits behind it where it is taken.
pub(super) async fn free_username(
    tx: &AuthorityTx,
    assertion: &Assertion,
) -> Result<Username, StoreError> {
    let local_part = assertion.email.as_ref().map(|email| {
        // What stands behind a plus sorts somebody's mail.
        let local = email.local_part();
        local.split('+').next().unwrap_or(local)
    });
    let wanted = [local_part, assertion.name.as_deref()]
        .into_iter()
        .flatten()
        .find_map(readable);
    // Behind letters that are written from the right, digits may make no username.
    let bases = wanted.into_iter().chain([FALLBACK.to_owned()]);
    let texts = bases.flat_map(|base| [0, 2, 4, 6, 9].map(|digits| (base.clone(), digits)));
    for (base, digits) in texts {
        let text = if digits == 0 {
            base
        } else {
            let number = u64::from_be_bytes(tx.authority().random().bytes());
            let number = number % 10_u64.pow(digits);
            format!("{base}-{number:0width$}", width = digits as usize)
        };
        let Ok(username) = Username::parse(&text) else {
            continue;
        };
        if is_free(tx.connection(), &username).await? {
            return Ok(username);
        }
    }
    Err(StoreError::Inconsistent {
        table: "accounts",
        column: "username_key",
    })
}

/// What of a text can be a username, with room for digits behind it.
fn readable(text: &str) -> Option<String> {
    let text: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(".")
        .chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, '.' | '-' | '_'))
        .take(Username::LIMIT - 10)
        .collect();
    let username = Username::parse(&text).ok()?;
    let is_reserved = RESERVED
        .iter()
        .filter_map(|name| Username::parse(name).ok())
        .any(|reserved| reserved.skeleton() == username.skeleton());
    (!is_reserved).then_some(text)
}

async fn is_free(
    connection: &impl ConnectionTrait,
    username: &Username,
) -> Result<bool, StoreError> {
    let same = Condition::any()
        .add(accounts::Column::UsernameKey.eq(username.key()))
        .add(accounts::Column::UsernameSkeleton.eq(username.skeleton()));
    Ok(accounts::Entity::find()
        .filter(same)
        .count(connection)
        .await?
        == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_providers_become_usernames_or_nothing() {
        assert_eq!(readable("ann.lee").as_deref(), Some("ann.lee"));
        assert_eq!(readable("Ann  Lee").as_deref(), Some("Ann.Lee"));
        assert_eq!(readable("a<script>b").as_deref(), Some("ascriptb"));
        assert_eq!(
            readable("ann@example.com").as_deref(),
            Some("annexample.com")
        );
        assert_eq!(readable("  \u{202e}\n"), None);
        for reserved in ["admin", "Admin", "аdmin", "r00t", "support"] {
            assert_eq!(readable(reserved), None, "{reserved}");
        }
        assert!(readable(&"a".repeat(500)).unwrap().len() < Username::LIMIT);
    }
}
