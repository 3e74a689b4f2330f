//! The `Cookie` header, and tokens that come in it.

#![no_main]

use http::{HeaderMap, HeaderValue, header as names};
use latchkey_authority::access_token;
use libfuzzer_sys::fuzz_target;

#[path = "../../server/src/header.rs"]
#[allow(dead_code)]
mod header;

const NAMES: [&str; 3] = ["__Host-latchkey", "latchkey-access", "a"];

fuzz_target!(|data: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(3) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(names::COOKIE, value);
        }
    }
    for name in NAMES {
        let first = header::first_cookie(&headers, name);
        assert!(first.is_none_or(|value| !value.contains(';')));
        match header::only_cookie(&headers, name) {
            Ok(None) => {}
            Ok(Some(value)) => {
                assert!(!value.is_empty());
                let _ = access_token::inspect(value);
            }
            // Two of them at least, which differ.
            Err(header::Ambiguous) => assert!(first.is_some()),
        }
    }
});
