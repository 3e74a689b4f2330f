//! What the page of the signing keys says.

pub(crate) const TITLE: &str = "Keys";
pub(crate) const NONE: &str = "No keys";
pub(crate) const NONE_TEXT: &str = "The first ones are made when the server starts.";
pub(crate) const CAPTION: &str = "Signing keys";
pub(crate) const KEY: &str = "Key";
pub(crate) const MADE: &str = "Made";
pub(crate) const SIGNS_UNTIL: &str = "Signs until";
pub(crate) const VERIFIES_UNTIL: &str = "Verifies until";
/// Before the time from which a key will sign.
pub(crate) const SIGNS: &str = "signs ";

// Where in its life a key stands.
pub(crate) const NEXT: &str = "Next";
pub(crate) const ACTIVE: &str = "Active";
pub(crate) const RETIRED: &str = "Retired";
pub(crate) const KILLED: &str = "Killed";

// What can be done with it.
pub(crate) const ROTATE: &str = "Rotate";
pub(crate) const KILL: &str = "Kill key";
pub(crate) const KILLING_ACTIVE: &str = "Every token that it signed is refused at once, here and wherever the key set is fetched anew, and a new key signs from now on. Programs go on by refreshing; resource servers that keep the old key set go on accepting it until they fetch again.";
pub(crate) const KILLING: &str = "Every token that it signed is refused at once, here and wherever the key set is fetched anew. Resource servers that keep the old key set go on accepting it until they fetch again.";

/// What keys are for, and how long each signs.
pub(crate) fn about(days: u64) -> String {
    format!(
        "What signs access tokens. A key signs for {days} days; the next one is published an hour before it takes over, and the old one verifies until its last token has run out. The public halves stand at /.well-known/jwks.json."
    )
}

/// The button that rotates, to those who hear it alone.
pub(crate) fn rotate(algorithm: &str, kid: &str) -> String {
    format!("{ROTATE} {algorithm} key {kid}")
}

/// The button that kills, to those who hear it alone.
pub(crate) fn kill(kid: &str) -> String {
    format!("{KILL} {kid}")
}

/// Asks before a key is killed.
pub(crate) fn kill_question(kid: &str) -> String {
    format!("Kill {kid}?")
}
