//! Reading accounts, and the directory of users.

use std::time::Duration;

use latchkey_authority::page::Cursor;
use latchkey_identity::account::{self, AccountFilter, UserEntry};
use latchkey_types::{Role, UserId, UserState};
use uuid::Uuid;

use crate::support::{PASSWORD, TestIdentity};

async fn names(on: &TestIdentity, filter: AccountFilter) -> Vec<String> {
    account::list(&on.test.authority, &filter, None, 50)
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|entry| entry.account.username)
        .collect()
}

fn search(text: &str) -> AccountFilter {
    AccountFilter {
        search: Some(text.to_owned()),
        ..Default::default()
    }
}

#[tokio::test]
async fn users_are_listed_newest_first_in_pages_that_miss_nobody() {
    let on = TestIdentity::new().await;
    for number in 0..7 {
        on.user_with(&format!("user{number}"), None, Role::User)
            .await;
        // Some of the same instant.
        if number % 2 == 1 {
            on.test.clock.advance(Duration::from_secs(1));
        }
    }
    let mut seen: Vec<UserEntry> = Vec::new();
    let mut cursor: Option<Cursor> = None;
    loop {
        let page = account::list(&on.test.authority, &AccountFilter::default(), cursor, 3)
            .await
            .unwrap();
        assert!(page.items.len() <= 3);
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 7);
    let keys: Vec<_> = seen
        .iter()
        .map(|entry| (entry.account.created_at, entry.account.user_id))
        .collect();
    assert!(keys.windows(2).all(|pair| pair[0] > pair[1]), "{keys:?}");
}

#[tokio::test]
async fn a_search_finds_beginnings_of_names_and_addresses_and_nothing_else() {
    let on = TestIdentity::new().await;
    for name in [
        "ann", "anna", "bob", "a_b", "a%c", "émile", "étienne", "eve", "ano",
    ] {
        on.user_with(name, None, Role::User).await;
    }
    let found = async |text: &str| {
        let mut found = names(&on, search(text)).await;
        found.sort();
        found
    };
    assert_eq!(found("ann").await, ["ann", "anna"]);
    assert_eq!(found(" ANN ").await, ["ann", "anna"]);
    assert_eq!(found("anna@exa").await, ["anna"]);
    // What is special in LIKE is not special here.
    assert_eq!(found("a_").await, ["a_b"]);
    assert_eq!(found("a%").await, ["a%c"]);
    assert_eq!(found("%").await, Vec::<String>::new());
    // By code points, whatever the database's language is.
    assert_eq!(found("é").await, ["émile", "étienne"]);
    assert_eq!(found("e").await, ["eve"]);
    assert_eq!(found("nobody").await, Vec::<String>::new());
    assert_eq!(found("").await.len(), 9);
}

#[tokio::test]
async fn a_list_is_narrowed_by_role_and_state() {
    let on = TestIdentity::new().await;
    on.user_with("ann", None, Role::User).await;
    on.user_with("root", Some(PASSWORD), Role::Administrator)
        .await;
    let disabled = on.user_with("bob", None, Role::User).await;
    on.disable(disabled).await;
    let by = |role, state| AccountFilter {
        search: None,
        role,
        state,
        ..Default::default()
    };
    assert_eq!(
        names(&on, by(Some(Role::Administrator), None)).await,
        ["root"]
    );
    assert_eq!(
        names(&on, by(None, Some(UserState::Disabled))).await,
        ["bob"]
    );
    assert_eq!(
        names(&on, by(Some(Role::User), Some(UserState::Active))).await,
        ["ann"]
    );
    let page = account::list(&on.test.authority, &search("bob"), None, 1)
        .await
        .unwrap();
    assert_eq!(page.items[0].state, UserState::Disabled);
    assert!(page.items[0].disabled_at.is_some());
    assert_eq!(page.items[0].role, Role::User);
}

#[tokio::test]
async fn a_filter_finds_users_by_id_or_by_the_beginning_of_a_name() {
    let on = TestIdentity::new().await;
    let ann = on.user_with("ann", None, Role::User).await;
    let anna = on.user_with("anna", None, Role::User).await;
    on.user_with("bob", None, Role::User).await;
    let find = async |text: &str| {
        let mut ids = account::find_ids(&on.test.authority, text, 10)
            .await
            .unwrap();
        ids.sort();
        ids
    };
    let mut both = [ann, anna];
    both.sort();
    assert_eq!(find("Ann").await, both);
    assert_eq!(find("anna@example.com").await, [anna]);
    assert_eq!(find(&ann.to_string()).await, [ann]);
    let gone = UserId::from_uuid(Uuid::from_u128(1));
    assert_eq!(find(&gone.to_string()).await, [gone]);
    assert_eq!(find("").await, []);
    assert_eq!(find("nobody").await, []);
    let limited = account::find_ids(&on.test.authority, "ann", 1)
        .await
        .unwrap();
    assert_eq!(limited.len(), 1);
}

#[tokio::test]
async fn accounts_are_read_one_by_one_or_many_at_once() {
    let on = TestIdentity::new().await;
    let ann = on.user_with("ann", None, Role::User).await;
    let bob = on.user_with("bob", None, Role::User).await;
    let without = on.test.user(Role::User).await;
    let many = account::many(&on.test.authority, &[ann, bob, without])
        .await
        .unwrap();
    assert_eq!(many.len(), 2);
    assert_eq!(many[&ann].username, "ann");
    let one = account::one(&on.test.authority, bob)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(one, many[&bob]);
    assert_eq!(
        account::one(&on.test.authority, without).await.unwrap(),
        None
    );
    let none = account::many(&on.test.authority, &[]).await.unwrap();
    assert!(none.is_empty());
}
