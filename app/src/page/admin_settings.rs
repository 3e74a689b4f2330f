//! `/admin/settings`

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{
        Badge, Card, Cell, Empty, Fact, Facts, Glyph, Heading, LinkButton, Look, Row, Table, Tone,
        Typed,
    },
    words::{common, settings as words},
};

/// What is in force, where it came from, and what is to be looked at.
///
/// GET `/admin/settings` with `show=changed` leaves out what stands at its default.
#[derive(Debug, Clone)]
pub struct AdminSettingsPage {
    /// What is unsafe or surprising.
    pub findings: Vec<FindingItem>,
    /// What the settings come to: a name and a value each.
    pub in_force: Vec<(&'static str, String)>,
    /// The settings by what they are about.
    pub groups: Vec<SettingGroup>,
    /// Whether those at their default are left out.
    pub only_changed: bool,
}

/// Something to be looked at.
#[derive(Debug, Clone)]
pub struct FindingItem {
    /// Which setting it is about.
    pub setting: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub advice: String,
}

/// Settings about one thing.
#[derive(Debug, Clone)]
pub struct SettingGroup {
    /// What they are about.
    pub name: &'static str,
    /// The settings.
    pub settings: Vec<SettingItem>,
}

/// One setting.
#[derive(Debug, Clone)]
pub struct SettingItem {
    /// Its name in `latchkey.toml`.
    pub name: &'static str,
    /// Its value, masked where it is a secret; empty where it is unset.
    pub value: String,
    /// Where it came from.
    pub origin: String,
    /// Whether somebody set it.
    pub is_changed: bool,
    /// What it does.
    pub about: &'static str,
}

const PATH: &str = "/admin/settings";

impl Page for AdminSettingsPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let (switch, href) = if self.only_changed {
            (words::SHOW_ALL, PATH)
        } else {
            (words::SHOW_CHANGED, "/admin/settings?show=changed")
        };
        let in_force = self
            .in_force
            .into_iter()
            .map(|(name, value)| {
                view! {
                    <Fact name>
                        <bdi>{value}</bdi>
                    </Fact>
                }
            })
            .collect_view();
        let flagged: Vec<&'static str> = self
            .findings
            .iter()
            .map(|finding| finding.setting)
            .collect();
        let groups: Vec<_> = self
            .groups
            .into_iter()
            .filter(|group| !group.settings.is_empty())
            .collect();
        let list = if groups.is_empty() {
            view! {
                <div class="card">
                    <Empty
                        glyph=Glyph::Check
                        title=words::NOTHING_SET
                        text=words::NOTHING_SET_TEXT
                    />
                </div>
            }
            .into_any()
        } else {
            groups
                .into_iter()
                .map(|group| view! { <GroupCard group flagged=flagged.clone() /> })
                .collect_view()
                .into_any()
        };
        view! {
            <Heading
                title=words::TITLE
                text=words::ABOUT
            >
                <LinkButton text=switch href look=Look::Plain />
            </Heading>
            <div class="grid gap-4">
                <Findings findings=self.findings />
                <Card title=words::IN_FORCE id="in-force">
                    <Facts>{in_force}</Facts>
                </Card>
                {list}
            </div>
        }
        .into_any()
    }
}

#[component]
fn Findings(findings: Vec<FindingItem>) -> impl IntoView {
    if findings.is_empty() {
        return view! {
            <Card title=words::FINDINGS id="findings">
                <div class="flex items-start gap-2 text-sm">
                    <Badge tone=Tone::Good text=words::NO_FINDINGS />
                    <p>
                        <Typed text=words::SAFE />
                    </p>
                </div>
            </Card>
        }
        .into_any();
    }
    let text = words::findings(findings.len());
    let items = findings
        .into_iter()
        .map(|finding| {
            // On the page that leaves out what is at its default it may not be there.
            let href = format!("{PATH}#setting-{}", finding.setting);
            view! {
                <li class="px-4 py-4 sm:px-6">
                    <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
                        <a href=href class="link mono">
                            {finding.setting}
                        </a>
                    </p>
                    <p class="mt-1 text-sm text-ink">
                        <Typed text=format!("{}.", finding.problem) />
                    </p>
                    <p class="mt-1 text-sm text-muted">
                        <span class="font-medium">{words::WHAT_TO_DO}</span>
                        <Typed text=format!("{}.", finding.advice) />
                    </p>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title=words::FINDINGS id="findings" text flush=true>
            <ul class="divide-y divide-line border-t border-line">{items}</ul>
        </Card>
    }
    .into_any()
}

#[component]
fn GroupCard(
    /// The settings.
    group: SettingGroup,
    /// The names of those that something is wrong with.
    flagged: Vec<&'static str>,
) -> impl IntoView {
    let id = format!("group-{}", group.name.to_lowercase().replace(' ', "-"));
    let title = id.clone();
    let rows = group
        .settings
        .into_iter()
        .map(|setting| {
            let is_flagged = flagged.contains(&setting.name);
            view! { <SettingRow setting is_flagged /> }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=title class="px-4 py-4 text-base font-semibold text-ink sm:px-6">
                {group.name}
            </h2>
            <Table caption=group.name columns=vec![words::SETTING, words::VALUE, common::FROM]>
                {rows}
            </Table>
        </section>
    }
    .into_any()
}

#[component]
fn SettingRow(setting: SettingItem, is_flagged: bool) -> impl IntoView {
    let value = if setting.value.is_empty() {
        view! { <span class="text-muted">{words::NOT_SET}</span> }.into_any()
    } else {
        view! {
            <bdi class="mono wrap-anywhere" class:font-medium=setting.is_changed>
                {setting.value}
            </bdi>
        }
        .into_any()
    };
    let origin = if setting.is_changed {
        view! { <bdi class="font-medium text-ink wrap-anywhere">{setting.origin}</bdi> }.into_any()
    } else {
        view! { <span class="text-muted">{setting.origin}</span> }.into_any()
    };
    view! {
        <Row>
            <Cell>
                <p id=format!("setting-{}", setting.name) class="flex flex-wrap items-center gap-2">
                    <span class="mono font-medium text-ink">{setting.name}</span>
                    {is_flagged.then(|| view! { <Badge tone=Tone::Caution text=words::LOOK_AT_THIS /> })}
                </p>
                <p class="mt-0.5 max-w-prose text-xs text-muted">
                    <Typed text=setting.about />
                </p>
            </Cell>
            <Cell label=words::VALUE>{value}</Cell>
            <Cell label=common::FROM>{origin}</Cell>
        </Row>
    }
    .into_any()
}
