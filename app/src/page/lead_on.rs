//! The page between a form and a provider.

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{GateCard, LinkButton},
    words::entry::lead_on as words,
};

/// Leads on to a provider: by itself where the browser does as the answer's header asks, and by the
/// link where not.
///
/// A form that led there itself would be held against the page's policy at every step that the
/// provider takes.
#[derive(Debug, Clone)]
pub struct LeadOnPage {
    /// What the provider is called.
    pub provider: String,
    /// Its address.
    pub address: String,
}

impl Page for LeadOnPage {
    fn view(self, _frame: &Frame) -> AnyView {
        view! {
            <div class="mx-auto w-full max-w-md">
                <GateCard
                    title=words::TITLE
                    over=self.provider
                    text=words::ABOUT
                >
                    <LinkButton text=words::CONTINUE href=self.address />
                </GateCard>
            </div>
        }
        .into_any()
    }
}
