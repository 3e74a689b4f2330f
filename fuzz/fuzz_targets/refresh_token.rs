//! Refresh tokens: no text is one by chance.

#![no_main]

use std::sync::{Arc, LazyLock};

use latchkey_authority::{
    Authority, Policy, clock::SystemClock, family, master_key::MasterKeys, random::OsRandomness,
};
use libfuzzer_sys::fuzz_target;

/// The key of the tests, and no database: a token is opened without one.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let keys = MasterKeys::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE");
    Authority::new(
        sea_orm::DatabaseConnection::default(),
        Arc::new(SystemClock),
        Arc::new(OsRandomness),
        keys.expect("a master key"),
        Policy::default(),
    )
});

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(family::family_of(&AUTHORITY, text), None);
    }
    // Past the prefix, the length and the encoding.
    let mut body = [0; 75];
    let given = data.len().min(body.len());
    body[..given].copy_from_slice(&data[..given]);
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let text = format!("lkr_{}", URL_SAFE_NO_PAD.encode(body));
    assert_eq!(family::family_of(&AUTHORITY, &text), None);
});
