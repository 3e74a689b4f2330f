//! `/admin/families/{id}`

use latchkey_types::{Word as _, visible};
use leptos::prelude::*;

use super::{
    families::{FamilyItem, GenerationItem},
    threats::IncidentItem,
};
use crate::{
    Frame, Page,
    component::{
        Address, BackLink, Card, Day, Fact, Facts, HistoryTable, Holder, Icon, Pager, PersonLink,
        Timeline, When, agent_glyph, end_family_button, family_name, family_state,
    },
    words::{common, families::one as words},
};

/// One API sign-in with its history.
///
/// Form, only with `may_end` and while live: POST `/admin/families/{id}/end` (`csrf`, `back`).
#[derive(Debug, Clone)]
pub struct AdminFamilyPage {
    /// The API sign-in.
    pub family: FamilyItem,
    /// Its generations, newest first: the newest ones, or those before a cursor.
    pub generations: Vec<GenerationItem>,
    /// Its incidents.
    pub incidents: Vec<IncidentItem>,
    /// The browser session that opened it, short, if one did.
    pub session: Option<String>,
    /// The address of the generations before these.
    pub earlier: Option<String>,
    /// The address of the newest ones, when these are not they.
    pub newest: Option<String>,
    /// Where the form leads back to.
    pub back: String,
    /// Whether the viewer may end it.
    pub may_end: bool,
}

impl Page for AdminFamilyPage {
    const HAS_ISLANDS: bool = true;

    fn view(self, _frame: &Frame) -> AnyView {
        let end = self
            .may_end
            .then(|| end_family_button(Holder::Everybody, &self.family, Some(self.back)));
        let text = match (self.newest.is_some(), self.earlier.is_some()) {
            (false, false) => words::EVERY,
            (false, true) => words::NEWEST,
            (true, _) => words::EARLIER,
        };
        view! {
            <BackLink text=words::BACK href="/admin/families" />
            <div class="grid min-w-0 gap-4">
                <About family=self.family.clone() session=self.session>
                    {end}
                </About>
                <Card title=common::HISTORY id="history" text=text flush=true>
                    <Timeline
                        family=self.family.clone()
                        generations=self.generations.clone()
                        incidents=self.incidents.clone()
                    />
                    <HistoryTable
                        family=self.family
                        generations=self.generations
                        incidents=self.incidents
                    />
                </Card>
            </div>
            <Pager
                name=common::HISTORY
                first=self.newest
                first_text=words::TO_NEWEST
                next=self.earlier
                next_text=words::TO_EARLIER
            />
        }
        .into_any()
    }
}

/// What it is and how it stands.
#[component]
fn About(family: FamilyItem, session: Option<String>, children: Children) -> impl IntoView {
    let moved =
        (family.last_address != family.address && !family.last_address.is_empty()).then(|| {
            let address = family.last_address.clone();
            view! { <span class="text-muted">{words::LAST_FROM} <Address address /></span> }
        });
    let (name, state) = (family_name(&family), family_state(&family));
    let (created_at, ends_at) = (family.created_at, family.ends_at);
    let (method, transport) = (family.method.label(), family.transport.label());
    let generation = family.generation;
    let glyph = agent_glyph(&family.agent.device);
    let session = session.map(|session| {
        view! {
            <Fact name=words::OPENED_BY_SESSION>
                <span class="mono">{session}</span>
            </Fact>
        }
    });
    view! {
        <section class="card px-4 py-5 sm:px-6" aria-labelledby="what">
            <div class="flex flex-wrap items-center justify-between gap-4 pb-4">
                <div class="flex min-w-0 items-start gap-3">
                    <span class="medal mt-0.5 bg-accent-soft text-accent">
                        <Icon glyph=glyph class="size-5" />
                    </span>
                    <div class="min-w-0">
                        <h1
                            id="what"
                            class="text-xl font-semibold tracking-tight text-ink wrap-anywhere"
                        >
                            {name}
                        </h1>
                        <p class="text-sm text-muted">
                            {words::OF} <PersonLink user=family.user />
                        </p>
                    </div>
                </div>
                {children()}
            </div>
            <div class="columns-facts">
                <Facts>
                    <Fact name=common::STATE>{state}</Fact>
                    <Fact name=common::OPENED>
                        <When at=created_at />
                        <span class="text-muted">{method}</span>
                    </Fact>
                    <Fact name=common::ADDRESS>
                        <Address
                            address=family.address
                            title=common::network(&family.network)
                        />
                        {moved}
                    </Fact>
                    <Fact name=common::GENERATION>{generation}</Fact>
                </Facts>
                <Facts>
                    <Fact name=words::ENDS_AT_LATEST>
                        <Day at=ends_at />
                    </Fact>
                    <Fact name=words::TOKENS_TRAVEL>{transport}</Fact>
                    {session}
                    <Fact name=common::USER_AGENT>
                        <span class="mono">{user_agent(family.agent.user_agent)}</span>
                    </Fact>
                    <Fact name=common::ID>
                        <span class="mono">{family.family_id.to_string()}</span>
                    </Fact>
                </Facts>
            </div>
        </section>
    }
    .into_any()
}

fn user_agent(text: String) -> String {
    if text.is_empty() {
        common::NONE_GIVEN.to_owned()
    } else {
        visible(&text).into_owned()
    }
}
