//! What a page says when it cannot be shown.

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{GateCard, LinkButton, Look},
    words::failure as words,
};

/// An error page: what happened, what to do next, and the ways on.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub title: &'static str,
    /// What happened, in a sentence.
    pub text: String,
    /// What to do next.
    pub advice: String,
    /// What was typed into the form that was not taken: its fields and what stood in them.
    pub typed: Vec<TypedItem>,
    /// Where to go from here, the best way first.
    pub ways: Vec<Way>,
    /// The id under which the log has the request.
    pub request_id: String,
}

/// One way on from an error page.
#[derive(Debug, Clone)]
pub struct Way {
    /// What it says.
    pub label: &'static str,
    /// Where it leads: a path of ours, or the base URL.
    pub href: String,
}

/// What was typed into a field.
#[derive(Debug, Clone)]
pub struct TypedItem {
    /// The field's name.
    pub name: &'static str,
    /// What stood in it.
    pub text: String,
}

impl Page for ErrorPage {
    fn view(self, _frame: &Frame) -> AnyView {
        let advice = (!self.advice.is_empty())
            .then(|| view! { <p class="-mt-3 text-sm wrap-anywhere">{self.advice}</p> });
        let typed = (!self.typed.is_empty()).then(|| view! { <Typed fields=self.typed /> });
        let ways = self
            .ways
            .into_iter()
            .enumerate()
            .map(|(index, Way { label, href })| {
                let look = if index == 0 {
                    Look::Primary
                } else {
                    Look::Plain
                };
                view! { <LinkButton text=label href look /> }
            })
            .collect_view();
        view! {
            <div class="mx-auto w-full max-w-md">
                <GateCard title=self.title over=words::status(self.status) text=self.text>
                    {advice}
                    {typed}
                    <div class="mt-6 flex flex-wrap gap-2 empty:hidden">{ways}</div>
                    <p class="mt-6 border-t border-line pt-4 text-xs text-muted">
                        {words::QUOTE}
                        <span class="mono inline-block">{self.request_id}</span>
                    </p>
                </GateCard>
            </div>
        }
        .into_any()
    }
}

/// What would be lost: to be copied into the form when it stands there again.
#[component]
fn Typed(fields: Vec<TypedItem>) -> impl IntoView {
    let fields = fields
        .into_iter()
        .map(|TypedItem { name, text }| {
            view! {
                <dt class="mt-3 text-muted">{name}</dt>
                <dd class="whitespace-pre-wrap wrap-anywhere">
                    <bdi>{text}</bdi>
                </dd>
            }
        })
        .collect_view();
    view! {
        <h2 class="mt-5 text-sm font-medium">{words::TYPED}</h2>
        <dl class="text-sm">{fields}</dl>
    }
    .into_any()
}
