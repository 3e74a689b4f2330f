//! `latchkey token`: what the program prints of tokens, and that it never prints one.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use latchkey_types::Role;
use tempfile::TempDir;

use crate::app::TestApp;

/// A token of a server, and a folder with the keys of that server.
struct World {
    app: TestApp,
    token: String,
    folder: TempDir,
}

/// What the program printed, and whether it was content.
struct Said {
    out: String,
    err: String,
    is_success: bool,
}

fn said(output: Output) -> Said {
    Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        is_success: output.status.success(),
    }
}

fn run(folder: &Path, words: &[&str], input: &[u8]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LATCHKEY_")) {
        command.env_remove(name);
    }
    let mut child = command
        .arg("token")
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends without reading closes its end.
    let _ = child.stdin.take().unwrap().write_all(input);
    said(child.wait_with_output().unwrap())
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        app.user("ann", Role::User).await;
        let (_, token) = app.pair("ann").await;
        let keys = app.browser().get("/.well-known/jwks.json").await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("jwks.json"), &keys.body).unwrap();
        std::fs::write(folder.path().join("notes.txt"), "not keys").unwrap();
        Self { app, token, folder }
    }

    fn verify(&self, words: &[&str], input: &[u8]) -> Said {
        let mut all = vec!["verify", "--jwks", "jwks.json"];
        all.extend_from_slice(words);
        let said = run(self.folder.path(), &all, input);
        self.is_kept(&said);
        said
    }

    fn inspect(&self, input: &str) -> Said {
        let said = run(self.folder.path(), &["inspect"], input.as_bytes());
        self.is_kept(&said);
        said
    }

    /// Neither the token nor its signature is in what was printed.
    fn is_kept(&self, said: &Said) {
        let signature = self.token.rsplit('.').next().unwrap();
        for text in [&said.out, &said.err] {
            assert!(!text.contains(&self.token) && !text.contains(signature));
        }
    }

    /// The token with another character in one of its parts.
    fn changed(&self, part: usize) -> String {
        let mut parts: Vec<String> = self.token.split('.').map(ToOwned::to_owned).collect();
        let other = if parts[part].as_bytes()[8] == b'A' {
            "B"
        } else {
            "A"
        };
        parts[part].replace_range(8..9, other);
        parts.join(".")
    }
}

#[tokio::test]
async fn a_token_of_a_server_verifies_against_its_published_keys() {
    let world = World::new().await;
    let lines = format!("{0}\n{0}", world.token);
    let said = world.verify(&["--alg", "EdDSA"], lines.as_bytes());
    assert_eq!(
        (said.out.as_str(), said.err.as_str()),
        ("valid\nvalid\n", "")
    );
    assert!(said.is_success);

    let now = world.app.authority().now().0 / 1_000;
    let issuer = &world.app.authority().policy().token.issuer;
    let audience = &world.app.authority().policy().token.audience;
    let (good, late) = (now.to_string(), (now + 15 * 60).to_string());
    for (words, line) in [
        (vec!["--at", good.as_str()], "valid"),
        (vec!["--at", late.as_str()], "invalid: expired"),
        (vec!["--iss", issuer.as_str()], "valid"),
        (
            vec!["--iss", "https://evil.example"],
            "invalid: the issuer is another one",
        ),
        (vec!["--aud", audience.as_str()], "valid"),
        (
            vec!["--aud", "others"],
            "invalid: the audience is another one",
        ),
        (vec!["--typ", "at+jwt"], "valid"),
        (
            vec!["--typ", "JWT"],
            "invalid: the token is of another type",
        ),
    ] {
        let mut all = vec!["--alg", "EdDSA"];
        all.extend_from_slice(&words);
        let said = world.verify(&all, world.token.as_bytes());
        assert_eq!(said.out, format!("{line}\n"), "{words:?}");
        assert!(said.is_success, "{words:?}");
    }
}

#[tokio::test]
async fn what_does_not_verify_is_told_line_by_line_with_its_reason() {
    let world = World::new().await;
    for algorithm in ["ES256", "RS256", "none", "eddsa"] {
        let said = world.verify(&["--alg", algorithm], world.token.as_bytes());
        assert_eq!(
            said.out, "invalid: the algorithm is not that of the key\n",
            "{algorithm}"
        );
        assert!(said.is_success, "a verdict is no failure of the program");
    }
    let malformed = "invalid: not a token: size, characters, parts or their encoding";
    let unsigned = "invalid: the signature does not verify";
    let token = &world.token;
    for (input, line) in [
        (world.changed(1), unsigned),
        (world.changed(2), unsigned),
        (format!("{token}\r"), malformed),
        (format!("{token} "), malformed),
        (format!(" {token}"), malformed),
        (token.rsplit_once('.').unwrap().0.to_owned(), malformed),
        (String::new(), malformed),
    ] {
        // A good one beside it is judged by itself.
        let lines = format!("{input}\n{token}\n");
        let said = world.verify(&["--alg", "EdDSA"], lines.as_bytes());
        assert_eq!(said.out, format!("{line}\nvalid\n"));
        assert!(said.is_success);
        assert_eq!(said.err, "");
    }
    let said = world.verify(&["--alg", "EdDSA"], b"\xff\xfe\n");
    assert_eq!(said.out, format!("{malformed}\n"));
}

#[tokio::test]
async fn without_keys_nothing_is_judged() {
    let world = World::new().await;
    for (file, why) in [
        ("nothing.json", "No such file or directory (os error 2)"),
        ("notes.txt", "not a JSON Web Key Set"),
    ] {
        let words = ["verify", "--jwks", file, "--alg", "EdDSA"];
        let said = run(world.folder.path(), &words, world.token.as_bytes());
        world.is_kept(&said);
        assert!(!said.is_success, "{file}");
        assert_eq!(said.out, "");
        assert_eq!(said.err, format!("latchkey: reading {file}: {why}\n"));
    }
    std::fs::write(world.folder.path().join("jwks.json"), r#"{"keys":[]}"#).unwrap();
    let said = world.verify(&["--alg", "EdDSA"], world.token.as_bytes());
    assert_eq!(said.out, "invalid: no key of this id verifies\n");
}

#[tokio::test]
async fn what_a_token_says_is_shown_without_its_signature() {
    let world = World::new().await;
    let said = world.inspect(&format!("{}\r\n", world.token));
    assert!(said.is_success);
    let lines: Vec<&str> = said.out.lines().collect();
    let [header, payload, signature] = lines[..] else {
        panic!("three lines: {}", said.out);
    };
    assert!(header.starts_with("header     {"), "{header}");
    assert!(header.contains(r#""typ":"at+jwt""#), "{header}");
    assert!(payload.starts_with("payload    {"), "{payload}");
    assert!(payload.contains(r#""token_type":"access""#), "{payload}");
    assert_eq!(signature, "signature  64 bytes, not verified");

    let said = world.inspect("lkr_this.is.none\n");
    assert!(!said.is_success);
    assert_eq!(said.out, "");
    assert_eq!(
        said.err,
        "latchkey: not a token: expected three parts of base64url with dots between\n"
    );
}
