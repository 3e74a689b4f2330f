//! Links by which somebody gets an account.

mod races;

use std::{sync::LazyLock, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey_authority::{
    ActError,
    caller::Caller,
    principal::{Actor, Principal},
    user,
};
use latchkey_identity::{
    SignedIn, account, change_password,
    invitation::{
        self, Invite, InviteError, LINK_LIFETIME, Made, OPEN_LIMIT, Redeem, RedeemError, create,
        invite, list_open, look, redeem, renew, withdraw,
    },
};
use latchkey_testing::{Snapshot, allow_writes, caller, refuse_writes};
use latchkey_types::{EventKind, Outcome, Role, SignInMethod, UserId, Word as _};

use crate::support::{PASSWORD, TestIdentity};

static CALLER: LazyLock<Caller> = LazyLock::new(caller);

fn new(role: Role) -> Invite<'static> {
    Invite {
        username: None,
        email: None,
        role,
        caller: &CALLER,
    }
}

/// The form of somebody who calls themselves `username`.
fn form<'a>(code: &'a str, username: &'a str, caller: &'a Caller) -> Redeem<'a> {
    Redeem {
        code,
        username,
        email: None,
        password: PASSWORD,
        may_make_accounts: true,
        replaces: None,
        caller,
    }
}

/// Somebody who may make links.
async fn administrator(on: &TestIdentity) -> Principal {
    on.test.signed_in(Role::Administrator).await
}

async fn invited(on: &TestIdentity, by: &Principal, role: Role) -> Made {
    invite(&on.identity, by, new(role)).await.unwrap()
}

/// An account that waits for its owner.
async fn created(on: &TestIdentity, by: &Principal, username: &str, role: Role) -> Made {
    let new = Invite {
        username: Some(username),
        ..new(role)
    };
    create(&on.identity, by, new).await.unwrap()
}

async fn come(on: &TestIdentity, made: &Made, username: &str) -> Result<SignedIn, RedeemError> {
    redeem(&on.identity, form(made.code.as_str(), username, &caller())).await
}

/// The link opens nothing, neither to look nor to come in, and nothing was made by trying.
async fn is_over(on: &TestIdentity, made: &Made, reason: &str) {
    let users = on.rows("users").await;
    let hashed = on.identity.hasher().finished();
    let offer = look(&on.identity, made.code.as_str(), true).await.unwrap();
    assert_eq!(offer, None, "{reason}");
    let error = come(on, made, "late").await.unwrap_err();
    assert!(matches!(error, RedeemError::Invalid), "{error:?}");
    assert_eq!(error.to_string(), "the link is not valid any more");
    let event = on.last_event().await;
    assert_eq!(
        (event.kind, event.outcome, event.reason.as_deref()),
        (EventKind::InvitationUsed, Outcome::Failure, Some(reason))
    );
    assert_eq!(on.rows("users").await, users, "{reason}");
    assert_eq!(on.identity.hasher().finished(), hashed, "{reason}");
}

async fn role_of(on: &TestIdentity, user_id: UserId) -> Role {
    let row = user::one(&on.test.authority, user_id).await.unwrap();
    row.unwrap().role
}

#[tokio::test]
async fn whoever_comes_by_a_link_chooses_name_and_password_and_is_signed_in() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let new = Invite {
        email: Some("Ann@Example.com"),
        ..new(Role::Auditor)
    };
    let made = invite(&on.identity, &admin, new).await.unwrap();
    let event = on.last_event().await;
    assert_eq!(event.kind, EventKind::InvitationMade);
    assert_eq!(event.actor, Some(admin.user_id));
    let offer = look(&on.identity, made.code.as_str(), true)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(offer.username, None);
    assert_eq!(offer.email.as_deref(), Some("Ann@Example.com"));
    assert_eq!((offer.role, offer.is_made), (Role::Auditor, false));

    let caller = caller();
    let form = Redeem {
        email: offer.email.as_deref(),
        ..form(made.code.as_str(), "ann", &caller)
    };
    let signed_in = redeem(&on.identity, form).await.unwrap();
    assert_eq!(role_of(&on, signed_in.user_id).await, Role::Auditor);
    let account = account::one(&on.test.authority, signed_in.user_id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(account.username, "ann");
    assert_eq!(account.email.as_deref(), Some("Ann@Example.com"));
    assert_eq!(account.email_verified_at, None);
    let sessions = on.live_sessions(signed_in.user_id).await;
    assert_eq!(sessions[0].session_id, signed_in.session_id);
    assert_eq!(sessions[0].method, SignInMethod::Invitation);
    on.sign_in("ann", PASSWORD).await.unwrap();

    let events = on.record().await;
    let of = |kind| events.iter().find(|event| event.kind == kind).unwrap();
    let made_event = of(EventKind::UserCreated);
    assert_eq!(made_event.subject, Some(signed_in.user_id));
    let detail = made_event.detail.as_deref().unwrap();
    for fact in [
        "auditor",
        &admin.user_id.to_string(),
        &made.invitation_id.to_string(),
    ] {
        assert!(detail.contains(fact), "{detail}");
    }
    assert_eq!(of(EventKind::InvitationUsed).outcome, Outcome::Success);
    is_over(&on, &made, "used").await;
}

#[tokio::test]
async fn an_account_that_was_made_at_once_gets_its_first_password_by_the_link() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let made = created(&on, &admin, "ann", Role::User).await;
    let user_id = made.user_id.unwrap();
    let standing = || async {
        let row = user::one(&on.test.authority, user_id).await.unwrap();
        row.unwrap().awaited_since
    };
    assert!(standing().await.is_some());
    on.sign_in("ann", PASSWORD).await.unwrap_err();
    let offer = look(&on.identity, made.code.as_str(), false)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(offer.username.as_deref(), Some("ann"));
    assert!(offer.is_made);

    // Whatever name is sent: it is that account's.
    let signed_in = come(&on, &made, "somebody-else").await.unwrap();
    assert_eq!(signed_in.user_id, user_id);
    assert_eq!(standing().await, None);
    on.sign_in("ann", PASSWORD).await.unwrap();
    let events = on.record().await;
    assert!(
        events
            .iter()
            .any(|event| event.kind == EventKind::PasswordChanged
                && event.reason.as_deref() == Some("first_password"))
    );
    is_over(&on, &made, "used").await;
    let error = renew(&on.identity, &admin, user_id, &caller()).await;
    assert!(matches!(error, Err(InviteError::HasArrived)));
}

#[tokio::test]
async fn a_new_link_for_an_account_puts_an_end_to_the_one_before() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let first = created(&on, &admin, "ann", Role::User).await;
    let second = renew(&on.identity, &admin, first.user_id.unwrap(), &caller())
        .await
        .unwrap();
    is_over(&on, &first, "withdrawn").await;
    come(&on, &second, "").await.unwrap();
}

#[tokio::test]
async fn nobody_gets_a_link_to_an_account_that_has_a_way_in() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let with_password = on.user("ann").await;
    let through_provider = on.user_with("bea", None, Role::User).await;
    let nobodys = on.user_with("cal", None, Role::User).await;
    let id = |user_id: UserId| {
        if latchkey_testing::TestDatabase::is_postgres() {
            format!("'{user_id}'")
        } else {
            format!("X'{}'", user_id.as_uuid().simple())
        }
    };
    on.execute(&format!(
        "INSERT INTO identities (identity_id, user_id, provider, issuer, subject, linked_at) \
         VALUES ({bea}, {bea}, 'acme', 'https://id.example', '1', 1)",
        bea = id(through_provider)
    ))
    .await;
    for user_id in [with_password, through_provider] {
        let error = renew(&on.identity, &admin, user_id, &caller()).await;
        assert!(matches!(error, Err(InviteError::HasArrived)));
    }
    let made = renew(&on.identity, &admin, nobodys, &caller())
        .await
        .unwrap();
    // Somebody came in another way meanwhile: the link is a way into their account.
    on.execute(&format!(
        "INSERT INTO identities (identity_id, user_id, provider, issuer, subject, linked_at) \
         VALUES ({cal}, {cal}, 'acme', 'https://id.example', '2', 1)",
        cal = id(nobodys)
    ))
    .await;
    is_over(&on, &made, "has_owner").await;
    let absent = UserId::from_uuid(uuid::Uuid::nil());
    let error = renew(&on.identity, &admin, absent, &caller()).await;
    assert!(matches!(error, Err(InviteError::Act(ActError::NotFound))));
}

#[tokio::test]
async fn a_link_is_good_for_seven_days_to_the_millisecond() {
    let on = TestIdentity::new().await;
    let moment = Duration::from_millis(1);
    let mut made = Vec::new();
    for name in ["ann", "bea"] {
        let new = Invite {
            username: Some(name),
            ..new(Role::User)
        };
        made.push(create(&on.identity, Actor::Operator, new).await.unwrap());
    }
    on.test.clock.advance(LINK_LIFETIME.saturating_sub(moment));
    come(&on, &made[0], "").await.unwrap();
    on.test.clock.advance(moment);
    is_over(&on, &made[1], "expired").await;
}

#[tokio::test]
async fn a_withdrawn_link_opens_nothing_and_is_withdrawn_once() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let made = invited(&on, &admin, Role::User).await;
    let take =
        || async { withdraw(&on.test.authority, &admin, made.invitation_id, &caller()).await };
    assert!(take().await.unwrap());
    assert_eq!(on.last_event().await.kind, EventKind::InvitationWithdrawn);
    assert!(!take().await.unwrap());
    is_over(&on, &made, "withdrawn").await;
}

#[tokio::test]
async fn after_a_restore_no_link_of_before_is_open() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let open = [
        invited(&on, &admin, Role::User).await,
        created(&on, &admin, "ann", Role::User).await,
    ];
    let authority = &on.test.authority;
    let all = || invitation::withdraw_all(authority, &CALLER);
    assert_eq!(all().await.unwrap(), 2);
    let event = on.last_event().await;
    assert_eq!(event.kind, EventKind::InvitationWithdrawn);
    assert_eq!(event.reason.as_deref(), Some("recovered"));
    for made in &open {
        is_over(&on, made, "withdrawn").await;
    }
    assert_eq!(all().await.unwrap(), 0);
}

/// A link is its maker's word.
#[tokio::test]
async fn i04_a_link_is_good_only_while_its_maker_may_manage_users() {
    let on = TestIdentity::new().await;
    let other = administrator(&on).await;
    for role in Role::ALL {
        let maker = administrator(&on).await;
        let link = invited(&on, &maker, *role).await;
        let account = created(&on, &maker, &format!("made-{}", role.as_str()), *role).await;
        let authority = &on.test.authority;
        let listed = || async {
            let rows = list_open(authority, None, 50).await.unwrap().items;
            let vouched = rows.iter().filter(|row| row.is_vouched_for).count();
            (rows.len(), vouched)
        };
        let before = listed().await;
        user::set_role(authority, &other, maker.user_id, Role::Auditor, &caller())
            .await
            .unwrap();
        is_over(&on, &link, "not_vouched_for").await;
        is_over(&on, &account, "not_vouched_for").await;
        assert_eq!(listed().await, (before.0, before.1 - 2));
        user::set_role(
            authority,
            &other,
            maker.user_id,
            Role::Administrator,
            &caller(),
        )
        .await
        .unwrap();
        user::disable(authority, &other, maker.user_id, &caller())
            .await
            .unwrap();
        is_over(&on, &link, "not_vouched_for").await;
        is_over(&on, &account, "not_vouched_for").await;
        user::enable(authority, &other, maker.user_id, &caller())
            .await
            .unwrap();
        let ann = come(&on, &link, &format!("came-{}", role.as_str()))
            .await
            .unwrap();
        assert_eq!(role_of(&on, ann.user_id).await, *role);
        come(&on, &account, "").await.unwrap();
    }
}

#[tokio::test]
async fn i04_nobody_but_an_administrator_makes_or_withdraws_a_link() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let made = invited(&on, &admin, Role::User).await;
    let waiting = created(&on, &admin, "waiting", Role::User).await;
    let before = on.rows("invitations").await;
    for role in [Role::Auditor, Role::User] {
        let eve = on.test.signed_in(role).await;
        // What the node believes of them is not asked.
        let eve = Principal {
            role: Role::Administrator,
            ..eve
        };
        let caller = caller();
        let named = Invite {
            username: Some("eve2"),
            ..new(Role::Administrator)
        };
        let refused = [
            invite(&on.identity, &eve, new(Role::Administrator)).await,
            create(&on.identity, &eve, named).await,
            renew(&on.identity, &eve, waiting.user_id.unwrap(), &caller).await,
        ];
        for refused in refused {
            assert!(matches!(
                refused,
                Err(InviteError::Act(ActError::NotPermitted))
            ));
        }
        let error = withdraw(&on.test.authority, &eve, made.invitation_id, &caller).await;
        assert!(matches!(error, Err(ActError::NotPermitted)));
    }
    assert_eq!(on.rows("invitations").await, before);
}

#[tokio::test]
async fn a_disabled_account_is_not_entered_by_its_link() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let made = created(&on, &admin, "ann", Role::User).await;
    let user_id = made.user_id.unwrap();
    user::disable(&on.test.authority, &admin, user_id, &caller())
        .await
        .unwrap();
    is_over(&on, &made, "disabled").await;
    let error = renew(&on.identity, &admin, user_id, &caller()).await;
    assert!(matches!(error, Err(InviteError::Disabled)));
    user::enable(&on.test.authority, &admin, user_id, &caller())
        .await
        .unwrap();
    come(&on, &made, "").await.unwrap();
}

#[tokio::test]
async fn where_sign_up_is_closed_only_accounts_that_are_there_are_entered() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let link = invited(&on, &admin, Role::User).await;
    let account = created(&on, &admin, "ann", Role::User).await;
    let caller = caller();
    let closed = |made| Redeem {
        may_make_accounts: false,
        ..form(made, "bea", &caller)
    };
    assert_eq!(
        look(&on.identity, link.code.as_str(), false).await.unwrap(),
        None
    );
    let error = redeem(&on.identity, closed(link.code.as_str())).await;
    assert!(matches!(error, Err(RedeemError::Invalid)));
    redeem(&on.identity, closed(account.code.as_str()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_form_that_is_refused_leaves_the_link_good() {
    let on = TestIdentity::new().await;
    on.user("taken").await;
    let admin = administrator(&on).await;
    let made = invited(&on, &admin, Role::User).await;
    let caller = caller();
    let good = form(made.code.as_str(), "ann", &caller);
    for (wrong, text) in [
        (
            Redeem {
                username: "",
                ..good
            },
            "the username must not be empty",
        ),
        (
            Redeem {
                username: "Taken",
                ..good
            },
            "the username is taken",
        ),
        (
            Redeem {
                email: Some("x"),
                ..good
            },
            "the e-mail address holds characters that are not allowed there",
        ),
        (
            Redeem {
                email: Some("taken@example.com"),
                ..good
            },
            "the e-mail address is taken",
        ),
        (
            Redeem {
                password: "short",
                ..good
            },
            "the password must have at least 15 characters",
        ),
    ] {
        let error = redeem(&on.identity, wrong).await.unwrap_err();
        assert_eq!(error.to_string(), text);
    }
    redeem(&on.identity, good).await.unwrap();
}

#[tokio::test]
async fn a_name_that_was_promised_and_is_taken_meanwhile_is_chosen_anew() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let new = Invite {
        username: Some("ann"),
        ..new(Role::User)
    };
    let made = invite(&on.identity, &admin, new).await.unwrap();
    let again = invite(&on.identity, &admin, new).await.unwrap();
    let first = come(&on, &made, "not-looked-at").await.unwrap();
    let account = account::one(&on.test.authority, first.user_id)
        .await
        .unwrap();
    assert_eq!(account.unwrap().username, "ann");
    let offer = look(&on.identity, again.code.as_str(), true).await.unwrap();
    assert_eq!(offer.unwrap().username, None);
    let error = come(&on, &again, "ann").await.unwrap_err();
    assert!(matches!(error, RedeemError::UsernameTaken));
    come(&on, &again, "anna").await.unwrap();
    let error = invite(&on.identity, &admin, new).await;
    assert!(matches!(error, Err(InviteError::UsernameTaken)));
}

#[tokio::test]
async fn whoever_has_no_code_costs_no_hash() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    invited(&on, &admin, Role::User).await;
    for wrong in ["", "x", &"A".repeat(43), &"A".repeat(100_000)] {
        assert_eq!(look(&on.identity, wrong, true).await.unwrap(), None);
        let error = redeem(&on.identity, form(wrong, "eve", &caller())).await;
        assert!(matches!(error, Err(RedeemError::Invalid)));
    }
    assert_eq!(on.identity.hasher().finished(), 0);
}

#[tokio::test]
async fn an_administrator_who_has_not_come_yet_does_not_let_the_last_one_go() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let made = created(&on, &admin, "ann", Role::Administrator).await;
    let authority = &on.test.authority;
    let leave =
        || async { user::set_role(authority, &admin, admin.user_id, Role::User, &caller()).await };
    assert!(matches!(leave().await, Err(ActError::LastAdministrator)));
    let error = user::disable(authority, &admin, admin.user_id, &caller()).await;
    assert!(matches!(error, Err(ActError::LastAdministrator)));
    // Nor does it keep the other way round: whom nobody waits for may go.
    let other = created(&on, &admin, "bea", Role::Administrator).await;
    assert!(
        user::disable(authority, &admin, other.user_id.unwrap(), &caller())
            .await
            .unwrap()
    );
    come(&on, &made, "").await.unwrap();
    assert!(leave().await.unwrap());
}

#[tokio::test]
async fn the_operator_needs_nobodys_word_and_the_first_administrator_closes_the_set_up() {
    let on = TestIdentity::new().await;
    let made = invite(&on.identity, Actor::Operator, new(Role::Administrator))
        .await
        .unwrap();
    let connection = on.test.authority.database();
    assert!(!user::administrator_ever(connection).await.unwrap());
    come(&on, &made, "root").await.unwrap();
    assert!(user::administrator_ever(connection).await.unwrap());
}

#[tokio::test]
async fn i12_so_many_links_are_open_and_no_more() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let made = invited(&on, &admin, Role::User).await;
    let bytes = |number: u64| {
        if latchkey_testing::TestDatabase::is_postgres() {
            let text = format!("{number:032x}");
            (format!("'{text}'::uuid"), format!("'\\x{text}'::bytea"))
        } else {
            (format!("x'{number:032x}'"), format!("x'{number:032x}'"))
        }
    };
    let values: Vec<String> = (1..OPEN_LIMIT)
        .map(|number| {
            let (id, hash) = bytes(number);
            format!("({id}, {hash}, 'user', 1, 9000000000000)")
        })
        .collect();
    on.execute(&format!(
        "INSERT INTO invitations (invitation_id, code_hash, role, created_at, expires_at) \
         VALUES {}",
        values.join(", ")
    ))
    .await;
    let error = invite(&on.identity, &admin, new(Role::User)).await;
    assert!(matches!(error, Err(InviteError::TooMany)));
    withdraw(&on.test.authority, &admin, made.invitation_id, &caller())
        .await
        .unwrap();
    invited(&on, &admin, Role::User).await;
}

#[tokio::test]
async fn what_became_of_a_link_is_forgotten_after_a_month() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    invited(&on, &admin, Role::User).await;
    let month = Duration::from_hours(30 * 24);
    on.test
        .clock
        .advance(LINK_LIFETIME + month.saturating_sub(Duration::from_millis(1)));
    assert_eq!(invitation::prune(&on.test.authority).await.unwrap(), 0);
    on.test.clock.advance(Duration::from_millis(1));
    assert_eq!(invitation::prune(&on.test.authority).await.unwrap(), 1);
    assert_eq!(on.rows("invitations").await, 0);
}

#[tokio::test]
async fn i01_what_cannot_be_put_on_the_record_has_not_happened() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let link = invited(&on, &admin, Role::User).await;
    let account = created(&on, &admin, "ann", Role::User).await;
    let connection = &on.test.database.connection;
    refuse_writes(connection, "audit_events").await;
    let before = Snapshot::of(connection).await.without_the_record();
    invite(&on.identity, &admin, new(Role::User))
        .await
        .unwrap_err();
    for made in [&link, &account] {
        let error = come(&on, made, "bea").await.unwrap_err();
        assert!(matches!(error, RedeemError::Internal(_)), "{error:?}");
    }
    withdraw(&on.test.authority, &admin, link.invitation_id, &caller())
        .await
        .unwrap_err();
    assert!(Snapshot::of(connection).await.without_the_record() == before);
    allow_writes(connection, "audit_events").await;
    for made in [&link, &account] {
        come(&on, made, "bea").await.unwrap();
    }
}

#[tokio::test]
async fn i05_no_stored_value_is_a_code_and_no_code_is_stored() {
    let on = TestIdentity::new().await;
    let admin = administrator(&on).await;
    let used = invited(&on, &admin, Role::User).await;
    come(&on, &used, "ann").await.unwrap();
    let open = created(&on, &admin, "bea", Role::User).await;
    let snapshot = Snapshot::of(&on.test.database.connection).await;
    let secrets: Vec<String> = [&used, &open]
        .into_iter()
        .flat_map(|made| {
            let text = made.code.as_str().to_owned();
            let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
            [text, hex(&bytes)]
        })
        .collect();
    for value in snapshot.values() {
        for secret in &secrets {
            assert!(!value.to_lowercase().contains(&secret.to_lowercase()));
        }
        let bytes: Option<Vec<u8>> = (0..value.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(value.get(at..at + 2)?, 16).ok())
            .collect();
        for code in [
            Some(value.to_owned()),
            bytes.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)),
        ]
        .into_iter()
        .flatten()
        {
            assert_eq!(look(&on.identity, &code, true).await.unwrap(), None);
        }
    }
    assert!(format!("{open:?}").contains("LinkCode(…)"));
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[tokio::test]
async fn i04_links_end_with_the_password_of_whoever_made_them() {
    let on = TestIdentity::new().await;
    let root = on
        .user_with("root", Some(PASSWORD), Role::Administrator)
        .await;
    let principal = on.test.principal(on.test.session(root).await).await;
    let other = administrator(&on).await;
    let made = invited(&on, &principal, Role::Administrator).await;
    let of_another = invited(&on, &other, Role::User).await;
    change_password(
        &on.identity,
        &principal,
        PASSWORD,
        "another lantern in the harbour",
        &caller(),
    )
    .await
    .unwrap();
    is_over(&on, &made, "withdrawn").await;
    assert!(come(&on, &of_another, "ann").await.is_ok());
}
