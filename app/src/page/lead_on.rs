//! The page between a form and a provider.

use leptos::prelude::*;

use crate::{
    Frame, Page,
    component::{GateCard, LinkButton},
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
                    title="One moment"
                    over=self.provider
                    text="You go there to agree, and come back here afterwards. If nothing happens, continue by hand."
                >
                    <LinkButton text="Continue" href=self.address />
                </GateCard>
            </div>
        }
        .into_any()
    }
}
