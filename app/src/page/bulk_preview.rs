//! `/admin/sessions/end` and `/admin/families/end`: what would end, before anything does.

use latchkey_types::BulkTarget;
use leptos::prelude::*;

use super::sessions::UserLink;
use crate::{
    Frame, Page,
    component::{
        Banner, Card, Cell, Empty, Fact, Facts, Glyph, Heading, LinkButton, Look, PersonLink,
        PostForm, Row, Submit, Table, Tone,
    },
    words::{
        bulk::{self, preview as words},
        common,
        phrase::{Tally, thousands},
    },
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
        let title = words::title(self.target);
        let action = match self.target {
            BulkTarget::Sessions => "/admin/sessions/end",
            BulkTarget::Families => "/admin/families/end",
        };
        let back = self.back.clone();
        if self.found.count == 0 && !self.is_own_among {
            return view! {
                <Heading title text=self.words />
                <div class="card">
                    <Empty
                        glyph=Glyph::Search
                        title=words::NOTHING
                        text=words::NOTHING_FITS
                    >
                        <LinkButton text=words::BACK href=back look=Look::Plain />
                    </Empty>
                </div>
            }
            .into_any();
        }
        let sentence = words::sentence(self.target, self.found, self.users, self.is_own_among);
        let consequence = words::consequence(self.target, self.opened);
        let most = self.most.clone();
        let warning = self.is_all.then(|| {
            view! {
                <Banner tone=Tone::Caution>
                    {words::EVERYBODY}
                </Banner>
            }
        });
        view! {
            <Heading title text=words::ABOUT />
            {warning}
            <div class="flex flex-col gap-6">
                <Card title=words::WHAT_WOULD_END id="what">
                    <p id="sentence" class="text-lg font-medium text-ink wrap-anywhere">
                        {sentence}
                    </p>
                    <div class="mt-2">
                        <Facts>
                            <Fact name=bulk::WHICH>{self.words}</Fact>
                            <Fact name=words::WHAT_IT_MEANS>{consequence}</Fact>
                        </Facts>
                    </div>
                    <PostForm action class="mt-4 flex flex-col gap-4">
                        <input type="hidden" name="filter" value=self.filter />
                        {self.is_own_among.then(|| own_choice(self.target))}
                        <div class="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
                            <LinkButton text=common::CANCEL href=self.back look=Look::Plain />
                            <Submit
                                text=words::end_these(self.target)
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

fn own_choice(target: BulkTarget) -> AnyView {
    let (text, note) = words::own(target);
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
    let column = common::list(target);
    let rest = (users > shown).then(|| {
        view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted sm:px-6">
                {words::and_others(users - shown)}
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
                <Card title=words::BY_USER id="most" text=words::BY_USER_TEXT flush=true>
                    <Table caption=words::BY_USER_CAPTION columns=vec![common::USER, column]>
                        {rows}
                    </Table>
                    {rest}
                </Card>
            }
        })
        .into_any()
}
