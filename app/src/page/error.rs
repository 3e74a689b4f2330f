//! What a page says when it cannot be shown.

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{GateCard, LinkButton},
};

/// An error page.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub title: &'static str,
    /// What it means and what to do next.
    pub text: String,
    /// Where to go from here: label and path.
    pub action: Option<(&'static str, String)>,
    /// The id under which the log has the request.
    pub request_id: String,
}

impl Page for ErrorPage {
    fn view(self, _frame: &Frame) -> AnyView {
        view! {
            <div class="mx-auto w-full max-w-md">
                <GateCard title=self.title over=format!("Error {}", self.status) text=self.text>
                    {self
                        .action
                        .map(|(text, href)| view! { <LinkButton text href /> })}
                    <p class="mt-6 border-t border-line pt-4 text-xs text-muted">
                        "If you report this, quote the request "
                        <span class="mono wrap-anywhere">{self.request_id}</span>
                    </p>
                </GateCard>
            </div>
        }
        .into_any()
    }
}
