//! The pool that hashes passwords, from outside.

use std::{sync::Arc, task::Poll, thread};

use latchkey_authority::random::OsRandomness;
use latchkey_identity::password::{
    Password, PasswordError, PasswordHasher, PasswordSettings, PasswordSettingsError, check_new,
};

use crate::support::{OTHER_PASSWORD, PASSWORD, cheap, hasher};

fn typed(text: &str) -> Password {
    Password::parse(text).unwrap()
}

#[test]
fn i12_the_pool_takes_all_cores_but_one() {
    let cores = thread::available_parallelism().unwrap().get();
    let settings = PasswordSettings::default();
    assert_eq!(settings.threads, (cores - 1).max(1));
    assert_eq!(settings.queue, 64);
    let hasher = hasher(PasswordSettings {
        memory_kib: 64,
        ..settings
    });
    assert_eq!(hasher.threads(), settings.threads);
}

#[tokio::test]
async fn the_default_is_argon2id_with_19_mebibytes_and_two_passes() {
    let hasher = hasher(PasswordSettings::default());
    let hash = hasher
        .hash(check_new(PASSWORD, &[]).unwrap())
        .await
        .unwrap();
    assert!(
        hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{}",
        hash.as_str()
    );
    let stored = Some(hash.as_str().to_owned());
    let right = hasher
        .verify(typed(PASSWORD), stored.clone())
        .await
        .unwrap();
    assert!(right.matches && !right.rehash_needed);
    let wrong = hasher.verify(typed(OTHER_PASSWORD), stored).await.unwrap();
    assert!(!wrong.matches);
}

#[tokio::test]
async fn i10_where_there_is_no_hash_the_same_work_is_done_and_nothing_matches() {
    let hasher = hasher(cheap());
    for password in ["", PASSWORD] {
        let before = hasher.finished();
        let verified = hasher.verify(typed(password), None).await.unwrap();
        assert!(!verified.matches && !verified.rehash_needed);
        assert_eq!(hasher.finished(), before + 1);
    }
}

#[tokio::test]
async fn a_hash_made_otherwise_is_verified_and_told() {
    let hasher = hasher(cheap());
    // Argon2i, as another program may have stored it (test vector of the `argon2` crate's KAT with
    // RFC 9106's reference: password "password", salt "somesalt").
    let argon2i =
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";
    let verified = hasher
        .verify(typed("password"), Some(argon2i.to_owned()))
        .await
        .unwrap();
    assert!(verified.matches && verified.rehash_needed);

    for nonsense in ["", "nonsense", "$argon2id$v=19$m=64,t=1,p=1", "$md5$x$y"] {
        let result = hasher
            .verify(typed("password"), Some(nonsense.to_owned()))
            .await;
        match result {
            Err(PasswordError::Unreadable) => {}
            Ok(verified) => assert!(!verified.matches, "{nonsense}"),
            Err(PasswordError::Busy { .. }) => panic!("{nonsense}"),
        }
    }
}

#[tokio::test]
async fn i05_the_same_password_has_another_salt_each_time() {
    let hasher = hasher(cheap());
    let one = hasher.rehash(typed(PASSWORD)).await.unwrap();
    let other = hasher.rehash(typed(PASSWORD)).await.unwrap();
    assert_ne!(one, other);
    assert_eq!(format!("{one:?}"), "PasswordHash(…)");
}

#[tokio::test]
async fn i12_a_full_queue_answers_busy_at_once_and_never_blocks() {
    let hasher = hasher(PasswordSettings {
        memory_kib: 19_456,
        iterations: 2,
        threads: 1,
        queue: 1,
        ..cheap()
    });
    let mut waiting: Vec<_> = (0..50)
        .map(|_| Box::pin(hasher.verify(typed(PASSWORD), None)))
        .collect();
    // Each is asked once: whoever finds no room has the answer without any wait.
    let mut busy = 0;
    std::future::poll_fn(|context| {
        waiting.retain_mut(|verification| match verification.as_mut().poll(context) {
            Poll::Pending => true,
            Poll::Ready(Err(PasswordError::Busy { retry_after })) => {
                assert!(retry_after.as_secs() >= 1);
                busy += 1;
                false
            }
            Poll::Ready(other) => {
                other.unwrap();
                false
            }
        });
        Poll::Ready(())
    })
    .await;
    assert!(busy > 0);
    // Those who found room are served, and nobody else was.
    for verification in waiting {
        verification.await.unwrap();
    }
    assert_eq!(hasher.finished(), 50 - busy);
    hasher.verify(typed(PASSWORD), None).await.unwrap();
}

#[test]
fn settings_that_cannot_work_are_refused_at_the_start() {
    let start = |settings| PasswordHasher::start(settings, Arc::new(OsRandomness)).unwrap_err();
    for settings in [
        PasswordSettings {
            threads: 0,
            ..cheap()
        },
        PasswordSettings {
            queue: 0,
            ..cheap()
        },
    ] {
        assert!(matches!(start(settings), PasswordSettingsError::NoRoom));
    }
    for settings in [
        PasswordSettings {
            memory_kib: 1,
            ..cheap()
        },
        PasswordSettings {
            iterations: 0,
            ..cheap()
        },
        PasswordSettings {
            parallelism: 0,
            ..cheap()
        },
    ] {
        assert!(matches!(
            start(settings),
            PasswordSettingsError::Parameters(_)
        ));
    }
}

#[tokio::test]
async fn a_new_password_is_judged_on_the_pool_as_it_is_off_it() {
    let hasher = hasher(cheap());
    for password in ["short", "passwordpassword", "ann.lee@example.com", PASSWORD] {
        let own = ["ann.lee", "ann.lee@example.com"];
        let here = check_new(password, &own).map(drop);
        let there = hasher.check_new(password, &own).await.unwrap().map(drop);
        assert_eq!(here, there, "{password}");
    }
    assert_eq!(hasher.finished(), 0);
}
