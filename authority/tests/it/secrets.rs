//! The fifth invariant: a copy of the database opens no session.

use std::{collections::BTreeSet, fs};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use latchkey_authority::session::{self, Cookie, end};
use latchkey_testing::{Snapshot, TestAuthority, caller};
use latchkey_types::Role;

/// Sessions in every state that a cookie can be in; returns every cookie there ever was.
async fn sessions_with_cookies(test: &TestAuthority) -> Vec<Cookie> {
    let authority = &test.authority;
    let mut cookies = Vec::new();
    let mut draw = || {
        let cookie = Cookie::generate(authority.random());
        cookies.push(cookie);
        cookie
    };
    for number in 0..8 {
        let principal = test.signed_in(Role::User).await;
        let first = draw();
        assert!(
            session::bind(authority, principal.session_id().unwrap(), first)
                .await
                .unwrap()
        );
        if number % 2 == 0 {
            session::unbind(authority, first, &caller()).await.unwrap();
            assert!(
                session::bind(authority, principal.session_id().unwrap(), draw())
                    .await
                    .unwrap()
            );
        }
        if number % 3 == 0 {
            end::own(
                authority,
                &principal,
                principal.session_id().unwrap(),
                &caller(),
            )
            .await
            .unwrap();
        }
    }
    authority.last_seen().flush(authority).await.unwrap();
    latchkey_authority::audit::seal(authority).await.unwrap();
    cookies
}

#[tokio::test]
async fn i05_no_cookie_stands_in_the_database_in_any_spelling() {
    let test = TestAuthority::new().await;
    let cookies = sessions_with_cookies(&test).await;
    let snapshot = Snapshot::of(&test.database.connection).await;
    assert!(snapshot.tables().any(|table| table == "sessions"));
    let mut stored: Vec<Vec<u8>> = snapshot.values().flat_map(readings).collect();
    if let Some(folder) = test.database.folder() {
        // What was overwritten may still stand in a file: the log above all.
        for entry in fs::read_dir(folder).unwrap() {
            stored.push(fs::read(entry.unwrap().path()).unwrap());
        }
    }

    let spellings: Vec<Vec<u8>> = cookies
        .iter()
        .flat_map(|cookie| spellings(cookie.to_bytes()))
        .collect();
    for value in stored {
        if let Some(found) = first_found(&value, &spellings) {
            panic!("{} is stored", String::from_utf8_lossy(found));
        }
    }
}

#[tokio::test]
async fn i05_nothing_that_is_stored_opens_a_session() {
    let test = TestAuthority::new().await;
    let cookies = sessions_with_cookies(&test).await;
    let last = cookies.last().copied().unwrap();
    assert!(
        session::bound_session(&test.authority, last)
            .await
            .unwrap()
            .is_some(),
        "a cookie itself opens its session"
    );

    let snapshot = Snapshot::of(&test.database.connection).await;
    let candidates: BTreeSet<[u8; 16]> = snapshot
        .values()
        .flat_map(readings)
        .flat_map(|bytes| {
            // The whole of a short value, and what a long one begins and ends with.
            [bytes.first_chunk().copied(), bytes.last_chunk().copied()]
        })
        .flatten()
        .collect();
    assert!(candidates.len() > 100, "{}", candidates.len());
    for candidate in candidates {
        let found = session::bound_session(&test.authority, Cookie::from_bytes(candidate))
            .await
            .unwrap();
        assert_eq!(found, None, "{candidate:02x?}");
    }
}

/// The first of `wanted` that stands anywhere in `text`.
fn first_found<'a>(text: &[u8], wanted: &'a [Vec<u8>]) -> Option<&'a [u8]> {
    // Files are long: look closely only where the first two bytes fit.
    let mut begins = vec![false; 1 << 16];
    let pair = |bytes: &[u8]| usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    for bytes in wanted {
        begins[pair(bytes)] = true;
    }
    (0..text.len().saturating_sub(1))
        .filter(|at| begins[pair(&text[*at..])])
        .find_map(|at| wanted.iter().find(|bytes| text[at..].starts_with(bytes)))
        .map(Vec::as_slice)
}

#[test]
fn i05_a_value_is_found_wherever_it_stands() {
    let wanted = spellings([7; 16]);
    for spelling in &wanted {
        let text = [b"before ".as_slice(), spelling, b" after"].concat();
        assert!(first_found(&text, &wanted).is_some());
        assert!(first_found(&text[..text.len() - 7], &wanted).is_none());
    }
}

/// What a stored value may be taken for: itself, and what it decodes to.
fn readings(value: &str) -> Vec<Vec<u8>> {
    let mut readings = vec![value.as_bytes().to_vec(), value.to_lowercase().into_bytes()];
    readings.extend(from_hex(&value.replace('-', "")));
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        readings.extend(engine.decode(value).ok());
    }
    readings
}

/// The ways in which sixteen bytes can be written.
fn spellings(bytes: [u8; 16]) -> Vec<Vec<u8>> {
    let mut reversed = bytes;
    reversed.reverse();
    [bytes, reversed]
        .into_iter()
        .flat_map(|bytes| {
            let uuid = uuid::Uuid::from_bytes(bytes);
            [
                bytes.to_vec(),
                uuid.as_simple().to_string().into_bytes(),
                uuid.as_simple().to_string().to_uppercase().into_bytes(),
                uuid.as_hyphenated().to_string().into_bytes(),
                u128::from_be_bytes(bytes).to_string().into_bytes(),
                STANDARD_NO_PAD.encode(bytes).into_bytes(),
                URL_SAFE_NO_PAD.encode(bytes).into_bytes(),
            ]
        })
        .collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}
