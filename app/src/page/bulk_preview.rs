//! `/admin/sessions/end` and `/admin/families/end`: what would end, before anything does.

use latchkey_types::BulkTarget;
use leptos::prelude::*;

use super::sessions::UserLink;
use crate::{
    Frame, Page,
    component::{
        Banner, Card, Cell, Empty, Fact, Facts, Glyph, Heading, LinkButton, Look, PersonLink,
        PostForm, Row, Submit, Table, Tone, how_many,
    },
    phrase::{Tally, counted, thousands},
};

/// What an order would end, and the form that gives it.
///
/// Form: POST to the page's own path with `csrf`, `filter` (as it came) and, where they are ticked,
/// `own` and `all`.
#[derive(Debug, Clone)]
pub struct BulkPreviewPage {
    /// What it is about.
    pub target: BulkTarget,
    /// Which, in words: `Sessions of ann, from 192.0.2.1`.
    pub words: String,
    /// Which, as the form carries it.
    pub filter: String,
    /// So many; the viewer's own is not among them.
    pub found: Tally,
    /// Of so many users.
    pub users: u64,
    /// The users with most of them.
    pub most: Vec<(UserLink, u64)>,
    /// API sign-ins that the sessions had opened, and that end with them.
    pub opened: Tally,
    /// Whether what the viewer acts through fits too.
    pub is_own_among: bool,
    /// Whether everything is meant.
    pub is_all: bool,
    /// The list, as it was filtered.
    pub back: String,
}

impl Page for BulkPreviewPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let (title, action) = match self.target {
            BulkTarget::Sessions => ("End many sessions", "/admin/sessions/end"),
            BulkTarget::Families => ("End many API sign-ins", "/admin/families/end"),
        };
        let back = self.back.clone();
        if self.found.count == 0 && !self.is_own_among {
            return view! {
                <Heading title text=self.words />
                <div class="card">
                    <Empty
                        glyph=Glyph::Search
                        title="Nothing to end"
                        text="Nothing that is live fits all of what you ask for."
                    >
                        <LinkButton text="Back to the list" href=back look=Look::Plain />
                    </Empty>
                </div>
            }
            .into_any();
        }
        let sentence = self.sentence();
        let consequence = self.consequence();
        let most = self.most.clone();
        let warning = self.is_all.then(|| {
            view! {
                <Banner tone=Tone::Caution>
                    "No filter is set: this means everybody who is signed in."
                </Banner>
            }
        });
        view! {
            <Heading title text="Nothing has ended yet. Look at what would, then confirm." />
            {warning}
            <div class="flex flex-col gap-6">
                <Card title="What would end" id="what">
                    <p id="sentence" class="text-lg font-medium text-ink wrap-anywhere">
                        {sentence}
                    </p>
                    <div class="mt-2">
                        <Facts>
                            <Fact name="Which">{self.words}</Fact>
                            <Fact name="What it means">{consequence}</Fact>
                        </Facts>
                    </div>
                    <PostForm action class="mt-4 flex flex-col gap-4">
                        <input type="hidden" name="filter" value=self.filter />
                        {self.is_own_among.then(|| own_choice(self.target))}
                        <div class="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
                            <LinkButton text="Cancel" href=self.back look=Look::Plain />
                            <Submit
                                text=match self.target {
                                    BulkTarget::Sessions => "End these sessions",
                                    BulkTarget::Families => "End these API sign-ins",
                                }
                                look=Look::Danger
                            />
                        </div>
                    </PostForm>
                </Card>
                <Most target=self.target most users=self.users />
            </div>
        }
        .into_any()
    }
}

impl BulkPreviewPage {
    /// `412 sessions of 37 users would end, and yours if you say so.`
    fn sentence(&self) -> String {
        let own = match (self.is_own_among, self.target) {
            (false, _) => "",
            (true, BulkTarget::Sessions) => {
                " Your own session fits too, and stays unless you say otherwise."
            }
            (true, BulkTarget::Families) => {
                " Your own API sign-in fits too, and stays unless you say otherwise."
            }
        };
        if self.found.count == 0 {
            return format!("Nothing but your own fits.{own}");
        }
        let how_many = how_many(self.target, self.found);
        let mut letters = how_many.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        let users = counted(self.users, "user", "users");
        format!("{first}{} of {users} would end.{own}", letters.as_str())
    }

    fn consequence(&self) -> String {
        let (who, then) = match self.target {
            BulkTarget::Sessions => (
                "The browsers are signed out",
                "whoever used them can sign in again",
            ),
            BulkTarget::Families => (
                "The tokens stop working",
                "the programs have to sign in again",
            ),
        };
        let opened = match self.opened.count {
            0 => String::new(),
            _ => format!(
                " So do {} that the sessions had opened.",
                how_many(BulkTarget::Families, self.opened)
            ),
        };
        format!(
            "{who}, in batches, and {then}.{opened} Whoever signs in after you have confirmed is left alone."
        )
    }
}

fn own_choice(target: BulkTarget) -> AnyView {
    let (text, note) = match target {
        BulkTarget::Sessions => (
            "End my own session too",
            "You are signed out when its turn comes.",
        ),
        BulkTarget::Families => (
            "End my own API sign-in too",
            "Its tokens stop working when its turn comes.",
        ),
    };
    view! {
        <label class="check-line">
            <input type="checkbox" name="own" value="yes" class="size-6 flex-none" />
            <span class="text-sm text-ink">
                {text} <span class="note">{note}</span>
            </span>
        </label>
    }
    .into_any()
}

/// Who has most of them: a surprise is seen here first.
#[component]
fn Most(target: BulkTarget, most: Vec<(UserLink, u64)>, users: u64) -> impl IntoView {
    let shown = u64::try_from(most.len()).unwrap_or(u64::MAX);
    let column = match target {
        BulkTarget::Sessions => "Sessions",
        BulkTarget::Families => "API sign-ins",
    };
    let rest = (users > shown).then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted sm:px-6">
                {format!("And {}.", counted(users - shown, "other user", "other users"))}
            </p>
        }
    });
    let rows = most
        .into_iter()
        .map(|(user, count)| {
            view! {
                <Row>
                    <Cell>
                        <PersonLink user />
                    </Cell>
                    <Cell label=column>
                        <span class="tabular-nums">{thousands(count)}</span>
                    </Cell>
                </Row>
            }
        })
        .collect_view();
    (shown > 0)
        .then(|| {
            view! {
                <Card title="By user" id="most" text="Those with most of them first." flush=true>
                    <Table caption="Users with most of what would end" columns=vec!["User", column]>
                        {rows}
                    </Table>
                    {rest}
                </Card>
            }
        })
        .into_any()
}
