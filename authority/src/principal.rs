//! Who a request acts for, and what they may do.

use latchkey_types::{FamilyId, Role, SessionId, SignInMethod, UnixMillis, UserId};

/// Somebody who is signed in, as it stood when their session was last looked up.
///
/// Good for reading. Whatever changes authority looks everything up again, locked, in its own
/// transaction ([`crate::AuthorityTx::act`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The user.
    pub user_id: UserId,
    /// Through what they act.
    pub credential: Credential,
    /// How they proved who they are.
    pub method: SignInMethod,
    /// When they proved it.
    pub proved_at: UnixMillis,
    /// Their role, live at the lookup; for [`authorize`] and for showing, never stored.
    pub role: Role,
}

/// Through what somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A browser session.
    Session(SessionId),
    /// A first-party access token of a refresh family.
    Family(FamilyId),
}

impl Principal {
    /// The session through which they act, if it is one.
    pub fn session_id(&self) -> Option<SessionId> {
        match self.credential {
            Credential::Session(session_id) => Some(session_id),
            Credential::Family(_) => None,
        }
    }

    /// The refresh family through which they act, if it is one.
    pub fn family_id(&self) -> Option<FamilyId> {
        match self.credential {
            Credential::Session(_) => None,
            Credential::Family(family_id) => Some(family_id),
        }
    }
}

/// Who changes something.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// Somebody who is signed in, and may do what their role allows.
    Principal(&'a Principal),
    /// Whoever runs the program on its own machine: they hold the database and the keys already.
    Operator,
}

impl Actor<'_> {
    /// The user who acts, if it is one.
    pub fn user_id(&self) -> Option<UserId> {
        match self {
            Self::Principal(principal) => Some(principal.user_id),
            Self::Operator => None,
        }
    }

    /// The session through which they act, if there is one.
    pub fn session_id(&self) -> Option<SessionId> {
        match self {
            Self::Principal(principal) => principal.session_id(),
            Self::Operator => None,
        }
    }

    /// The refresh family through which they act, if there is one.
    pub fn family_id(&self) -> Option<FamilyId> {
        match self {
            Self::Principal(principal) => principal.family_id(),
            Self::Operator => None,
        }
    }
}

impl<'a> From<&'a Principal> for Actor<'a> {
    fn from(principal: &'a Principal) -> Self {
        Self::Principal(principal)
    }
}

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Use one's own account: see and end one's own sessions, change one's password.
    UseAccount,
    /// See the console: sessions, users, the record.
    ViewConsole,
    /// End other people's sessions.
    EndSessions,
    /// Disable and enable users, change roles.
    ManageUsers,
    /// Say what an incident was.
    JudgeIncidents,
    /// Rotate and kill signing keys.
    ManageKeys,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 6] = [
        Self::UseAccount,
        Self::ViewConsole,
        Self::EndSessions,
        Self::ManageUsers,
        Self::JudgeIncidents,
        Self::ManageKeys,
    ];
}

/// Whether `role` includes `permission`. The one place that says what a role may do.
pub const fn authorize(role: Role, permission: Permission) -> bool {
    match (role, permission) {
        (Role::Administrator, _)
        | (Role::Auditor, Permission::UseAccount | Permission::ViewConsole)
        | (Role::User, Permission::UseAccount) => true,
        (
            Role::Auditor,
            Permission::EndSessions
            | Permission::ManageUsers
            | Permission::JudgeIncidents
            | Permission::ManageKeys,
        )
        | (
            Role::User,
            Permission::ViewConsole
            | Permission::EndSessions
            | Permission::ManageUsers
            | Permission::JudgeIncidents
            | Permission::ManageKeys,
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_sees_all_and_changes_nothing_of_others() {
        for permission in Permission::ALL {
            let reads = matches!(permission, Permission::UseAccount | Permission::ViewConsole);
            assert_eq!(authorize(Role::Auditor, permission), reads);
            assert!(authorize(Role::Administrator, permission));
            assert_eq!(
                authorize(Role::User, permission),
                permission == Permission::UseAccount
            );
        }
    }
}
