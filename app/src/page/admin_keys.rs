//! `/admin/keys`

use latchkey_types::{Algorithm, UnixMillis, Word as _};
use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{
        Badge, Cell, ConfirmButton, Day, Empty, Glyph, Heading, Look, PostForm, ProofNote, Row,
        Table, Tone, When,
    },
    words::{common, keys as words},
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
            Self::Next => words::NEXT,
            Self::Active => words::ACTIVE,
            Self::Retired => words::RETIRED,
            Self::Killed => words::KILLED,
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
        let text = words::about(self.rotation_days);
        let list = if self.keys.is_empty() {
            view! {
                <Empty
                    glyph=Glyph::Key
                    title=words::NONE
                    text=words::NONE_TEXT
                />
            }
            .into_any()
        } else {
            view! { <KeyTable keys=self.keys may_manage=self.may_manage /> }.into_any()
        };
        view! {
            <Heading title=words::TITLE text=text />
            {(self.may_manage && self.needs_fresh_proof)
                .then(|| view! { <ProofNote back="/admin/keys" /> })}
            <div class="card">{list}</div>
        }
        .into_any()
    }
}

#[component]
fn KeyTable(keys: Vec<KeyItem>, may_manage: bool) -> impl IntoView {
    let mut columns = vec![
        words::KEY,
        common::STATE,
        words::MADE,
        words::SIGNS_UNTIL,
        words::VERIFIES_UNTIL,
    ];
    if may_manage {
        columns.push("");
    }
    let rows = keys
        .into_iter()
        .map(|key| view! { <KeyRow key may_manage /> })
        .collect_view();
    view! {
        <Table caption=words::CAPTION columns>
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
        (Standing::Next, _) => Some((words::SIGNS, key.signs_from)),
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
            <Cell label=common::STATE>
                <Badge tone text=standing />
                {since}
            </Cell>
            <Cell label=words::MADE>
                <Day at=created_at />
            </Cell>
            <Cell label=words::SIGNS_UNTIL>{signs_until}</Cell>
            <Cell label=words::VERIFIES_UNTIL>{verifies_until}</Cell>
            {kill}
        </Row>
    }
    .into_any()
}

fn instant(at: Option<UnixMillis>) -> AnyView {
    match at {
        Some(at) => view! { <When at /> }.into_any(),
        None => view! { <span class="text-muted">{common::NONE}</span> }.into_any(),
    }
}

fn rotate_button(key: &KeyItem) -> AnyView {
    if !key.is_last {
        return ().into_any();
    }
    let algorithm = key.algorithm.as_str();
    let name = words::rotate(algorithm, &key.kid);
    view! {
        <PostForm action="/admin/keys/rotate">
            <input type="hidden" name="algorithm" value=algorithm />
            <button
                type="submit"
                class=Look::Plain.class()
                aria-label=name
            >
                {words::ROTATE}
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
        Standing::Active => words::KILLING_ACTIVE,
        _ => words::KILLING,
    };
    view! {
        <ConfirmButton
            id=format!("kill-{kid}")
            label=words::KILL
            name=words::kill(kid)
            question=words::kill_question(kid)
            consequence
            action=format!("/admin/keys/{kid}/kill")
        />
    }
    .into_any()
}
