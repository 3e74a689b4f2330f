//! The `Authorization` header: whatever comes, one token or none.

#![no_main]

use http::{HeaderMap, HeaderValue, header as names};
use libfuzzer_sys::fuzz_target;

#[path = "../../server/src/header.rs"]
#[allow(dead_code)]
mod header;

fuzz_target!(|data: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(3) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(names::AUTHORIZATION, value);
        }
    }
    if let Ok(Some(token)) = header::bearer(&headers) {
        assert_eq!(headers.len(), 1);
        assert!(!token.is_empty());
        assert!(token.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
