//! `latchkey token`: looking at tokens, without the database.

use std::{
    fs,
    io::{BufRead as _, Write as _, stdin, stdout},
    path::PathBuf,
};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use latchkey_authority::{
    access_token::{self, AccessTokenError, Expectations},
    key::PublicKeys,
};
use latchkey_types::{Algorithm, UnixMillis, Word as _};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Shows what a token says (one from standard input). Verifies nothing.
    Inspect,
    /// Reads one token a line from standard input, and prints `valid` or `invalid: reason` for each.
    Verify(Verify),
}

/// What a token is verified against.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The keys: a JSON Web Key Set, or a single key.
    #[arg(long, value_name = "FILE")]
    jwks: PathBuf,
    /// The algorithm: `EdDSA`, `ES256` or `RS256`; nothing is valid under another one.
    #[arg(long)]
    alg: String,
    /// The issuer that it must have.
    #[arg(long)]
    iss: Option<String>,
    /// The audience that it must have, perhaps among others.
    #[arg(long)]
    aud: Option<String>,
    /// The `typ` that its header must have, for example `at+jwt`.
    #[arg(long)]
    typ: Option<String>,
    /// The time at which it must be good: seconds since 1970, or RFC 3339.
    #[arg(long, value_parser = instant)]
    at: Option<UnixMillis>,
}

fn instant(text: &str) -> Result<UnixMillis, String> {
    let seconds = text
        .parse::<i64>()
        .ok()
        .and_then(|at| at.checked_mul(1_000));
    let millis = seconds.or_else(|| {
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
    });
    millis
        .map(UnixMillis)
        .ok_or_else(|| "expected seconds since 1970, or a time as in RFC 3339".to_owned())
}

pub(super) fn run(action: Action) -> anyhow::Result<()> {
    match action {
        Action::Inspect => inspect(),
        Action::Verify(verify) => verify.run(),
    }
}

#[expect(clippy::print_stdout, reason = "a program talks to its user")]
fn inspect() -> anyhow::Result<()> {
    let mut line = String::new();
    stdin()
        .lock()
        .read_line(&mut line)
        .context("reading a token")?;
    let Some(shown) = access_token::inspect(line.trim()) else {
        bail!("not a token: expected three parts of base64url with dots between");
    };
    println!("header     {}", shown.header);
    println!("payload    {}", shown.payload);
    println!("signature  {} bytes, not verified", shown.signature_bytes);
    Ok(())
}

impl Verify {
    #[expect(clippy::print_stderr, reason = "a program talks to its user")]
    fn run(&self) -> anyhow::Result<()> {
        let named = || format!("reading {}", self.jwks.display());
        let text = fs::read_to_string(&self.jwks).with_context(named)?;
        let keys = PublicKeys::parse(&text).with_context(named)?;
        for why in keys.left_out() {
            eprintln!("a key of the set is left out: {why}");
        }
        let mut out = stdout().lock();
        // Split at line feeds alone: what else is round a token is not part of one.
        for line in stdin().lock().split(b'\n') {
            let line = line.context("reading tokens")?;
            match self.verdict(&line, &keys) {
                Ok(()) => writeln!(out, "valid")?,
                Err(why) => writeln!(out, "invalid: {why}")?,
            }
        }
        Ok(())
    }

    fn verdict(&self, line: &[u8], keys: &PublicKeys) -> Result<(), AccessTokenError> {
        let text = str::from_utf8(line).map_err(|_| AccessTokenError::Malformed)?;
        let algorithm =
            Algorithm::parse(&self.alg).map_err(|_| AccessTokenError::WrongAlgorithm)?;
        let expected = Expectations {
            algorithm: Some(algorithm),
            typ: self.typ.as_deref(),
            issuer: self.iss.as_deref(),
            audience: self.aud.as_deref(),
            at: self.at,
        };
        access_token::check(text, keys, &expected)
    }
}
