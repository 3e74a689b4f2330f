//! `/admin/keys`

use latchkey_types::{Algorithm, UnixMillis, Word as _};
use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{
        Badge, Cell, ConfirmButton, Day, Empty, Glyph, Heading, Look, PostForm, ProofNote, Row,
        Table, Tone, When,
    },
};

/// One signing key.
#[derive(Debug, Clone)]
pub struct KeyItem {
    /// Its name in tokens and in the key set.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Where in its life it stands.
    pub standing: Standing,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it began or begins to sign.
    pub signs_from: UnixMillis,
    /// Until when it signs or signed.
    pub signs_until: Option<UnixMillis>,
    /// Until when what it signed is accepted.
    pub verifies_until: Option<UnixMillis>,
    /// When it was killed.
    pub killed_at: Option<UnixMillis>,
    /// Whether a next one can be published: it signs, and none is waiting.
    pub is_last: bool,
}

/// Where in its life a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Published, and will sign.
    Next,
    /// Signs.
    Active,
    /// Verifies what it signed.
    Retired,
    /// Neither signs nor verifies: it was killed.
    Killed,
}

impl Standing {
    const fn label(self) -> &'static str {
        match self {
            Self::Next => "Next",
            Self::Active => "Active",
            Self::Retired => "Retired",
            Self::Killed => "Killed",
        }
    }

    const fn tone(self) -> Tone {
        match self {
            Self::Next => Tone::Accent,
            Self::Active => Tone::Good,
            Self::Retired => Tone::Plain,
            Self::Killed => Tone::Bad,
        }
    }

    /// Whether there is something left to kill.
    const fn is_good(self) -> bool {
        !matches!(self, Self::Killed)
    }
}

/// The signing keys.
///
/// Forms, only with `may_manage`: for each key that signs and has no next one POST
/// `/admin/keys/rotate` (`csrf`, `algorithm`), and for each that is still good POST
/// `/admin/keys/{kid}/kill` (`csrf`).
#[derive(Debug, Clone)]
pub struct AdminKeysPage {
    /// The keys: those that sign, those that will, those that did.
    pub keys: Vec<KeyItem>,
    /// After so many days a key gives way to the next one.
    pub rotation_days: u64,
    /// Whether the viewer may rotate and kill them.
    pub may_manage: bool,
    /// Whether their sign-in is too old for that.
    pub needs_fresh_proof: bool,
}

impl Page for AdminKeysPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let text = format!(
            "What signs access tokens. A key signs for {} days; the next one is published an hour before it takes over, and the old one verifies until its last token has run out. The public halves stand at /.well-known/jwks.json.",
            self.rotation_days
        );
        let list = if self.keys.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Key
                    title="No keys"
                    text="The first ones are made when the server starts."
                />
            }
            .into_any()
        } else {
            view! { <KeyTable keys=self.keys may_manage=self.may_manage /> }.into_any()
        };
        view! {
            <Heading title="Keys" text=text />
            {(self.may_manage && self.needs_fresh_proof)
                .then(|| view! { <ProofNote back="/admin/keys" /> })}
            <div class="card">{list}</div>
        }
        .into_any()
    }
}

#[component]
fn KeyTable(keys: Vec<KeyItem>, may_manage: bool) -> impl IntoView {
    let mut columns = vec!["Key", "State", "Made", "Signs until", "Verifies until"];
    if may_manage {
        columns.push("");
    }
    let rows = keys
        .into_iter()
        .map(|key| view! { <KeyRow key may_manage /> })
        .collect_view();
    view! {
        <Table caption="Signing keys" columns>
            {rows}
        </Table>
    }
    .into_any()
}

#[component]
fn KeyRow(key: KeyItem, may_manage: bool) -> impl IntoView {
    let kill = may_manage.then(|| {
        let rotate = rotate_button(&key);
        let kill = kill_button(&key);
        view! {
            <Cell buttons=true>
                <div class="row-buttons">{rotate} {kill}</div>
            </Cell>
        }
    });
    let (tone, standing) = (key.standing.tone(), key.standing.label());
    let (signs_until, verifies_until) = (instant(key.signs_until), instant(key.verifies_until));
    let (algorithm, created_at) = (key.algorithm.label(), key.created_at);
    let since = match (key.standing, key.killed_at) {
        (Standing::Next, _) => Some(("signs ", key.signs_from)),
        (Standing::Killed, Some(at)) => Some(("", at)),
        _ => None,
    }
    .map(|(word, at)| view! { <span class="note">{word} <When at /></span> });
    view! {
        <Row>
            <Cell>
                <span class="mono text-ink">{key.kid}</span>
                <span class="note">{algorithm}</span>
            </Cell>
            <Cell label="State">
                <Badge tone text=standing />
                {since}
            </Cell>
            <Cell label="Made">
                <Day at=created_at />
            </Cell>
            <Cell label="Signs until">{signs_until}</Cell>
            <Cell label="Verifies until">{verifies_until}</Cell>
            {kill}
        </Row>
    }
    .into_any()
}

fn instant(at: Option<UnixMillis>) -> AnyView {
    match at {
        Some(at) => view! { <When at /> }.into_any(),
        None => view! { <span class="text-muted">"–"</span> }.into_any(),
    }
}

fn rotate_button(key: &KeyItem) -> AnyView {
    if !key.is_last {
        return ().into_any();
    }
    let algorithm = key.algorithm.as_str();
    let name = format!("Rotate {algorithm} key {}", key.kid);
    view! {
        <PostForm action="/admin/keys/rotate">
            <input type="hidden" name="algorithm" value=algorithm />
            <button
                type="submit"
                class=Look::Plain.class()
                aria-label=name
            >
                "Rotate"
            </button>
        </PostForm>
    }
    .into_any()
}

fn kill_button(key: &KeyItem) -> AnyView {
    if !key.standing.is_good() {
        return ().into_any();
    }
    let kid = &key.kid;
    let consequence = match key.standing {
        Standing::Active => {
            "Every token that it signed is refused at once, here and wherever the key set is fetched anew, and a new key signs from now on. Programs go on by refreshing; resource servers that keep the old key set go on accepting it until they fetch again."
        }
        _ => {
            "Every token that it signed is refused at once, here and wherever the key set is fetched anew. Resource servers that keep the old key set go on accepting it until they fetch again."
        }
    };
    view! {
        <ConfirmButton
            id=format!("kill-{kid}")
            label="Kill key"
            name=format!("Kill key {kid}")
            question=format!("Kill {kid}?")
            consequence
            action=format!("/admin/keys/{kid}/kill")
        />
    }
    .into_any()
}
